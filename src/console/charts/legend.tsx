/** An entry of a legend. */
export interface LegendItem {
  readonly key: string;
  readonly name: string;
  readonly fill: string;
  /** Its sum, in words. */
  readonly text?: string;
}

/** A sample of a layer's colour and texture. */
export function Swatch({ fill }: { readonly fill: string }) {
  return (
    <svg width="14" height="12" aria-hidden="true" className="swatch">
      <rect width="14" height="12" rx="1" style={{ fill }} />
    </svg>
  );
}

/** Names the layers. Each is a switch that hides and shows its own. */
export function Legend({
  items,
  hidden,
  onToggle,
}: {
  readonly items: readonly LegendItem[];
  readonly hidden: ReadonlySet<string>;
  readonly onToggle: (key: string) => void;
}) {
  return (
    <ul className="chart-legend" aria-label="Layers of the chart">
      {items.map(({ key, name, fill, text }) => (
        <li key={key}>
          <button
            type="button"
            className="layer"
            aria-pressed={!hidden.has(key)}
            onClick={() => onToggle(key)}
            title={hidden.has(key) ? `Show ${name}` : `Hide ${name}`}
          >
            <Swatch fill={fill} />
            <span className="name">{name}</span>
            {text !== undefined && <span className="muted">{text}</span>}
          </button>
        </li>
      ))}
    </ul>
  );
}
