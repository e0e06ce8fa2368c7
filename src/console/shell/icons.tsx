/** Icons of 16 px in the current colour. They repeat what the text beside them says. */
const PATHS = {
  overview: 'M2 13V8M6 13V3M10 13V6M14 13v-3',
  breakdown: 'M2 3h12M2 8h8M2 13h4',
  log: 'M2 4h2M6 4h8M2 8h2M6 8h8M2 12h2M6 12h8',
  events: 'M8 2v2M8 12v2M2 8h2M12 8h2M5.5 8a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0',
  timeline: 'M1 8h14M4 8V4M8 8v5M12 8V3',
  graph: 'M8 2l5 3v6l-5 3l-5-3V5z',
  refresh: 'M13 8a5 5 0 1 1-1.5-3.5M13 2v3h-3',
  clock: 'M8 2a6 6 0 1 0 .01 0M8 5v3l2 2',
  close: 'M4 4l8 8M12 4l-8 8',
  search: 'M7 3a4 4 0 1 0 .01 0M10 10l4 4',
  view: 'M4 2h8v12l-4-3l-4 3z',
  theme: 'M8 2v12M8 2a6 6 0 0 1 0 12a6 6 0 0 1 0-12',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg
      width="16"
      height="16"
      viewBox="0 0 16 16"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
