import { useRef, useState } from 'react';
import { Popup } from '../parts/popup.tsx';
import { one } from '../state/search.ts';
import { useRange } from '../state/use-range.ts';
import { useSearchState } from '../state/use-search.ts';
import { intervalsFor, PRESETS, readLocal, subtract, toRange, writeLocal } from '../time/span.ts';
import type { RangeWords } from '../time/span.ts';
import { writeLength, writeSpan, writeZone } from '../time/words.ts';
import { OWN_ZONE, ZONES } from '../time/zones.ts';
import { Icon } from './icons.tsx';
import { findPreset, RangePresets } from './range-presets.tsx';
import { keepRecent, readRecent } from './recent-ranges.ts';

/** The range of all panels: a preset, a length, or two instants of a time zone; with the interval of its buckets. */
export function RangePicker() {
  const { span, words, timeZone, interval, setWords } = useRange();
  const [isOpen, setOpen] = useState(false);
  const chosen = useRef<HTMLButtonElement>(null);
  const preset = findPreset(words);
  const pick = (picked: RangeWords) => {
    keepRecent(picked);
    setWords(picked);
    setOpen(false);
  };
  return (
    <Popup
      title="Range of time"
      open={isOpen}
      onOpen={setOpen}
      initialFocus={chosen}
      className="button"
      trigger={
        <>
          <Icon name="clock" />
          <span>{preset?.label ?? writeSpan(span, timeZone)}</span>
          <span className="muted">{writeZone(span.toMs, timeZone)}</span>
        </>
      }
    >
      <div className="range-picker">
        <RangePresets chosen={chosen} onPick={pick} />
        <div className="stack">
          <Absolute key={`${span.fromMs} ${span.toMs} ${timeZone}`} onPick={pick} />
          <Zone />
          <Step chosen={interval} />
          <Recent onPick={pick} />
        </div>
      </div>
    </Popup>
  );
}

function Absolute({ onPick }: { readonly onPick: (words: RangeWords) => void }) {
  const { span, timeZone } = useRange();
  const [from, setFrom] = useState(() => writeLocal(span.fromMs, timeZone));
  const [to, setTo] = useState(() => writeLocal(span.toMs, timeZone));
  const [fault, setFault] = useState<string | null>(null);
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        const fromMs = readLocal(from, timeZone);
        const toMs = readLocal(to, timeZone);
        if (fromMs === null || toMs === null) setFault('Give both as a date and a time.');
        else if (fromMs >= toMs) setFault('The range must end after it begins.');
        else onPick(toRange({ fromMs, toMs }));
      }}
    >
      <label className="field">
        <span>From</span>
        <input
          className="input"
          type="datetime-local"
          step="1"
          value={from}
          onChange={(event) => setFrom(event.target.value)}
        />
      </label>
      <label className="field">
        <span>To (not included)</span>
        <input
          className="input"
          type="datetime-local"
          step="1"
          value={to}
          onChange={(event) => setTo(event.target.value)}
        />
      </label>
      {fault && (
        <p className="bad" role="alert">
          {fault}
        </p>
      )}
      <div>
        <button type="submit" className="button" data-main="">
          Show this range
        </button>
      </div>
    </form>
  );
}

function Zone() {
  const { timeZone } = useRange();
  const [, change] = useSearchState();
  return (
    <label className="field">
      <span>Time zone</span>
      <select
        className="input"
        value={timeZone}
        onChange={({ target }) => change({ tz: target.value === OWN_ZONE ? undefined : target.value })}
      >
        {ZONES.map((zone) => (
          <option key={zone} value={zone}>
            {zone === OWN_ZONE ? `${zone} (yours)` : zone}
          </option>
        ))}
      </select>
    </label>
  );
}

function Step({ chosen }: { readonly chosen: string }) {
  const { span } = useRange();
  const [search, change] = useSearchState();
  return (
    <label className="field">
      <span>Interval of the charts</span>
      <select
        className="input"
        value={one(search, 'step') ?? ''}
        onChange={({ target }) => change({ step: target.value || undefined })}
      >
        <option value="">By the range ({chosen.toLowerCase()})</option>
        {intervalsFor(span, 2_000).map((step) => (
          <option key={step} value={step}>
            {step.toLowerCase()}
          </option>
        ))}
      </select>
    </label>
  );
}

function Recent({ onPick }: { readonly onPick: (words: RangeWords) => void }) {
  const { timeZone } = useRange();
  const recent = readRecent();
  if (recent.length === 0) return null;
  return (
    <div className="field">
      <span>Recent ranges</span>
      <div className="presets">
        {recent.map((words) => (
          <button
            key={JSON.stringify(words)}
            type="button"
            className="button"
            data-quiet=""
            onClick={() => onPick(words)}
          >
            {nameWords(words, timeZone)}
          </button>
        ))}
      </div>
    </div>
  );
}

/** A range in words: its label, its length, or its two ends. */
export function nameWords({ last, from, to }: RangeWords, timeZone: string): string {
  if (from !== undefined && to !== undefined)
    return writeSpan({ fromMs: Date.parse(from), toMs: Date.parse(to) }, timeZone);
  const fromMs = subtract(0, last ?? '') ?? 0;
  return PRESETS.find((preset) => preset.last === last)?.label ?? `Last ${writeLength(-fromMs)}`;
}
