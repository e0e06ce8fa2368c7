/** A page that is not drawn yet. */
export function Events() {
  return <p>This page is not drawn yet.</p>;
}
