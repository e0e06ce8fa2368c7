/**
 * Answers equal questions of one operation with one promise, also if it rejects.
 * @param keyOf questions are equal if their keys are
 */
export function loadOnce<Question, Value>(
  keyOf: (question: Question) => string,
  load: (question: Question) => Promise<Value>,
): (question: Question) => Promise<Value> {
  const loading = new Map<string, Promise<Value>>();
  return (question) => {
    const key = keyOf(question);
    const known = loading.get(key);
    if (known) return known;
    const begun = load(question);
    loading.set(key, begun);
    return begun;
  };
}
