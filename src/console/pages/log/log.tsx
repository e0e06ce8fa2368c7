/** A page that is not drawn yet. */
export function Log() {
  return <p>This page is not drawn yet.</p>;
}
