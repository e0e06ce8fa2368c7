import type { ReactNode } from 'react';
import type { BucketState } from './bucket.ts';

/** Shares of the accent in the fill of each layer: neighbours differ in lightness and in texture. */
const TINTS = [100, 58, 84, 42, 46, 92, 52, 76] as const;

type Motif = 'plain' | 'diagonal' | 'dots' | 'level';
const MOTIFS: readonly Motif[] = ['plain', 'diagonal', 'dots', 'level'];

const drawMotif = (motif: Motif): ReactNode =>
  motif === 'diagonal' ? (
    <path d="M-1 1l2-2M0 6L6 0M5 7l2-2" className="motif" />
  ) : motif === 'dots' ? (
    <circle cx="3" cy="3" r="1.3" className="motif-dot" />
  ) : motif === 'level' ? (
    <path d="M0 3h6" className="motif" />
  ) : null;

/** The textures of a chart's layers and of the states of its buckets. `id` is the chart's own. */
export function Textures({
  id,
  layers,
  accent,
}: {
  readonly id: string;
  readonly layers: number;
  readonly accent: string;
}) {
  return (
    <defs>
      {Array.from({ length: layers }, (_, at) => (
        <pattern key={at} id={`${id}-${at}`} width="6" height="6" patternUnits="userSpaceOnUse">
          <rect width="6" height="6" style={{ fill: mixAccent(accent, TINTS[at % TINTS.length] ?? 100) }} />
          {drawMotif(MOTIFS[at % MOTIFS.length] ?? 'plain')}
        </pattern>
      ))}
      <pattern id={`${id}-rest`} width="6" height="6" patternUnits="userSpaceOnUse">
        <rect width="6" height="6" fill="var(--line-strong)" fillOpacity="0.55" />
        <path d="M0 0l6 6M6 0L0 6" className="motif" />
      </pattern>
      <FailedTexture id={id} />
      <StateTextures id={id} />
    </defs>
  );
}

/** Failures have a texture beside their colour. */
export function FailedTexture({ id }: { readonly id: string }) {
  return (
    <pattern
      id={`${id}-failed`}
      width="4"
      height="4"
      patternUnits="userSpaceOnUse"
      patternTransform="rotate(45)"
    >
      <rect width="4" height="4" fill="var(--sheet)" />
      <rect width="2.4" height="4" fill="var(--bad)" />
    </pattern>
  );
}

const mixAccent = (accent: string, percent: number): string =>
  `color-mix(in oklab, ${accent} ${percent}%, var(--sheet))`;

/** They take stripes out of whatever lies below, so that they show on a layer of any colour. */
function StateTextures({ id }: { readonly id: string }) {
  return (
    <>
      <pattern id={`${id}-filling`} width="4" height="5" patternUnits="userSpaceOnUse">
        <rect width="4" height="2.5" className="knock-out" />
      </pattern>
      <pattern id={`${id}-cut`} width="5" height="4" patternUnits="userSpaceOnUse">
        <rect width="2.5" height="4" className="knock-out" />
      </pattern>
      <pattern id={`${id}-partial`} width="7" height="7" patternUnits="userSpaceOnUse">
        <rect width="7" height="7" className="state-ground" />
        <rect width="3.5" height="3.5" className="knock-out" />
        <rect x="3.5" y="3.5" width="3.5" height="3.5" className="knock-out" />
      </pattern>
      <pattern id={`${id}-stale`} width="8" height="8" patternUnits="userSpaceOnUse">
        <circle cx="4" cy="4" r="2.4" className="state-ring" />
      </pattern>
      <pattern id={`${id}-missing`} width="10" height="10" patternUnits="userSpaceOnUse">
        <rect width="10" height="10" className="state-ground" />
        <path d="M3 3l4 4M7 3l-4 4" className="state-cross" />
      </pattern>
    </>
  );
}

export const layerFill = (id: string, at: number): string => `url(#${id}-${at})`;
export const restFill = (id: string): string => `url(#${id}-rest)`;
export const failedFill = (id: string): string => `url(#${id}-failed)`;
export const stateFill = (id: string, state: BucketState): string => `url(#${id}-${state})`;
