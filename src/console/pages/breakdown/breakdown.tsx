/** A page that is not drawn yet. */
export function Breakdown() {
  return <p>This page is not drawn yet.</p>;
}
