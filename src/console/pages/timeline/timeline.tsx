/** A page that is not drawn yet. */
export function Timeline() {
  return <p>This page is not drawn yet.</p>;
}
