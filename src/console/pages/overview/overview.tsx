/** A page that is not drawn yet. */
export function Overview() {
  return <p>This page is not drawn yet.</p>;
}
