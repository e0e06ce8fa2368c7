import { Toggle } from '@base-ui/react/toggle';
import { ToggleGroup } from '@base-ui/react/toggle-group';
import type { RefObject } from 'react';
import { useService } from '../state/service.ts';
import { useRange } from '../state/use-range.ts';
import { listCalendarRanges } from '../time/calendar.ts';
import { DEFAULT_LAST, PRESETS, resolveSpan } from '../time/span.ts';
import type { Preset, RangeWords } from '../time/span.ts';
import { writeBucket } from '../time/words.ts';

/** A range that has a name. */
interface Choice {
  readonly label: string;
  /** What it means today: its days, or when it begins. */
  readonly days?: string;
  readonly picked: RangeWords;
  readonly isChosen: boolean;
}

const DAY_MS = 86_400_000;

/** The preset that the words name; undefined: they name another length, or two instants. */
export const findPreset = ({ from, last = DEFAULT_LAST }: RangeWords): Preset | undefined =>
  from === undefined ? PRESETS.find((preset) => preset.last === last) : undefined;

/** The ranges that have names. One of them is a stop of Tab, and the arrows move among them. */
export function RangePresets({
  chosen,
  onPick,
}: {
  /** Gets the button of the range that is shown. */
  readonly chosen: RefObject<HTMLButtonElement | null>;
  readonly onPick: (words: RangeWords) => void;
}) {
  const { words, timeZone } = useRange();
  const { clockOffsetMs } = useService();
  const nowMs = Date.now() + clockOffsetMs;
  const preset = findPreset(words);
  const lengths = PRESETS.map(({ label, last }): Choice => {
    const fromMs = resolveSpan({ last }, nowMs).fromMs;
    return {
      label,
      // A shorter one needs no date.
      ...(nowMs - fromMs > DAY_MS ? { days: `since ${writeBucket(fromMs, 'HOUR', timeZone)}` } : {}),
      picked: { last },
      isChosen: preset?.last === last,
    };
  });
  const ended = listCalendarRanges(nowMs, timeZone).map((each): Choice => ({
    label: each.label,
    days: each.days,
    picked: each.words,
    isChosen: words.from === each.words.from && words.to === each.words.to,
  }));
  const toggle = ({ label, days, picked, isChosen }: Choice) => (
    <Toggle
      key={label}
      ref={isChosen ? chosen : undefined}
      value={label}
      className="button"
      data-quiet=""
      onClick={() => onPick(picked)}
    >
      {label} {days !== undefined && <span className="muted small">{days}</span>}
    </Toggle>
  );
  return (
    <ToggleGroup
      className="presets"
      aria-label="Presets"
      orientation="vertical"
      value={[...lengths, ...ended].filter(({ isChosen }) => isChosen).map(({ label }) => label)}
    >
      <span className="label">Up to now</span>
      {lengths.map(toggle)}
      <span className="label">Whole days that have ended</span>
      {ended.map(toggle)}
    </ToggleGroup>
  );
}
