import { Toggle } from '@base-ui/react/toggle';
import { ToggleGroup } from '@base-ui/react/toggle-group';
import type { RefObject } from 'react';
import { useService } from '../state/service.ts';
import { useRange } from '../state/use-range.ts';
import { listCalendarRanges } from '../time/calendar.ts';
import { DEFAULT_LAST, PRESETS } from '../time/span.ts';
import type { Preset, RangeWords } from '../time/span.ts';

/** A range that has a name. */
interface Choice {
  readonly label: string;
  /** The days that it means today. */
  readonly days?: string;
  readonly picked: RangeWords;
  readonly isChosen: boolean;
}

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
  const preset = findPreset(words);
  const choices: readonly Choice[] = [
    ...PRESETS.map((each) => ({
      label: each.label,
      picked: { last: each.last },
      isChosen: preset?.last === each.last,
    })),
    ...listCalendarRanges(Date.now() + clockOffsetMs, timeZone).map((each) => ({
      label: each.label,
      days: each.days,
      picked: each.words,
      isChosen: words.from === each.words.from && words.to === each.words.to,
    })),
  ];
  return (
    <ToggleGroup
      className="presets"
      aria-label="Presets"
      orientation="vertical"
      value={choices.filter(({ isChosen }) => isChosen).map(({ label }) => label)}
    >
      {choices.map(({ label, days, picked, isChosen }) => (
        <Toggle
          key={label}
          ref={isChosen ? chosen : undefined}
          value={label}
          className="button"
          data-quiet=""
          onClick={() => onPick(picked)}
        >
          {label} {days !== undefined && <span className="muted">{days}</span>}
        </Toggle>
      ))}
    </ToggleGroup>
  );
}
