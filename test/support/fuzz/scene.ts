import { SOURCES } from '../../../src/base/source.ts';
import type { Dice } from './dice.ts';
import type { EventsBehaviour } from './events-vendor.ts';
import { createLog, DAY_MS, DEFECTS, drawRow, drawTimes } from './log.ts';
import type { Log, LogRow, LogShape } from './log.ts';
import type { UsageBehaviour } from './usage-vendor.ts';

/** Both vendors with their logs, and the service's settings. */
export interface Scene {
  readonly log: Log;
  readonly shape: LogShape;
  readonly usage: UsageBehaviour;
  readonly events: EventsBehaviour;
  /** Settings as in the environment. All others have their defaults. */
  readonly settings: Readonly<Record<string, string>>;
}

export function drawScene(dice: Dice, nowMs: number): Scene {
  const usage = drawUsageBehaviour(dice);
  const events = drawEventsBehaviour(dice);
  const settings = drawSettings(dice);
  const shape = drawShape(dice, nowMs, smallestPage(usage, settings), events.sorts === 'timestamp');
  return { usage, events, settings, shape, log: drawLog(dice, shape, nowMs) };
}

function drawUsageBehaviour(dice: Dice): UsageBehaviour {
  return {
    fromIsIn: dice.chance(0.5),
    toIsIn: dice.chance(0.5),
    offsetUnit: dice.pick(['records', 'pages']),
    clamp: dice.pick([50, 100, 200, Infinity]),
    ties: dice.pick(['id', 'own', 'by-range']),
    dialect: dice.pick(['camel', 'snake', 'mixed']),
    zone: dice.pick(['Z', '+00:00']),
    emptyIs404: dice.chance(0.3),
    edgeRows: dice.pick(['clipped', 'whole']),
    seriesLagMs: dice.pick([0, 0, 30_000, 79_000]),
  };
}

function drawEventsBehaviour(dice: Dice): EventsBehaviour {
  return {
    fromIsIn: dice.chance(0.5),
    toIsIn: dice.chance(0.5),
    takesOperators: dice.chance(0.7),
    sorts: dice.pick(['timestamp', 'timestamp', 'timestamp', 'id', 'none']),
    unsorted: dice.pick(['id', 'own']),
    honoursFields: dice.chance(0.7),
  };
}

const HOUR_MS = 3_600_000;

/** The smallest number of rows of a full page of either list. */
function smallestPage({ clamp }: UsageBehaviour, settings: Readonly<Record<string, string>>): number {
  const asked = [settings['USAGE_API_PAGE_SIZE'], settings['EVENTS_API_PAGE_SIZE']];
  return Math.min(clamp, 200, ...asked.flatMap((text) => (text === undefined ? [] : [Number(text)])));
}

function drawShape(dice: Dice, nowMs: number, pageRows: number, isSorted: boolean): LogShape {
  const lengthMs = dice.pick([5_000, HOUR_MS, DAY_MS, 7 * DAY_MS, 40 * DAY_MS, 400 * DAY_MS]);
  const isOld = dice.chance(0.3);
  const toMs = isOld ? nowMs - dice.int(0, 5 * DAY_MS) : nowMs;
  const rows = dice.pick([0, 3, 20, 20, 60, 60, 120, 300]);
  // If one instant had more rows than the call budget can read, the service would be right to refuse it.
  const most = pageRows * (isSorted ? 5 : 2);
  const bursts = Array.from({ length: dice.pick([0, 0, 1, 1, 2, 3]) }, () => ({
    rows: dice.pick([2, 10, 40, 60, 60, 120, 260, most]),
    withinMs: dice.pick([0, 0, 999, 2_000, 60_000]),
  })).map((burst) => ({ ...burst, rows: Math.min(burst.rows, most) }));
  return {
    fromMs: toMs - lengthMs,
    toMs,
    rows,
    bursts,
    defects: dice.pick([0, 0, 0, 0, 0.02]),
    unitMs: dice.pick([1, 1, 1_000]),
    lagMs: dice.pick([0, 0, 9_000]),
  };
}

function drawLog(dice: Dice, shape: LogShape, nowMs: number): Log {
  const rows: LogRow[] = [];
  const mode = dice.int(0, 5);
  for (const source of SOURCES) {
    // In some worlds one of the two is empty or nearly empty.
    const own: LogShape =
      (mode === 0 && source === 'USAGE') || (mode === 1 && source === 'EVENTS')
        ? { ...shape, rows: dice.int(0, 2), bursts: [] }
        : { ...shape, unitMs: source === 'EVENTS' && dice.chance(0.7) ? 1_000 : shape.unitMs };
    const times = drawTimes(dice, own).sort((a, b) => a - b);
    for (const ms of times) {
      const defect = dice.chance(shape.defects) ? dice.pick(DEFECTS) : null;
      const addedMs = ms + dice.int(0, shape.lagMs);
      rows.push(drawRow(dice, source, { ms, addedMs, defect }, rows.length + 1));
    }
    // Rows that are added while lists are read: new, late or back-dated ones. Then the rows that are deleted.
    for (let n = dice.pick([0, 0, 5, 20]); n > 0; n -= 1) {
      const addedMs = nowMs + dice.int(1, 120_000);
      const ms = dice.chance(0.5) ? addedMs - dice.int(1, 30_000) : dice.int(shape.fromMs, shape.toMs - 1);
      const unit = own.unitMs;
      rows.push(drawRow(dice, source, { ms: Math.floor(ms / unit) * unit, addedMs }, rows.length + 1));
    }
    const deletedShare = dice.pick([0, 0, 0.02, 0.1]);
    for (const row of rows) {
      if (row.source === source && dice.chance(deletedShare))
        row.deletedMs = Math.max(row.addedMs, nowMs) + dice.int(1, 90_000);
    }
  }
  return createLog(rows);
}

function drawSettings(dice: Dice): Readonly<Record<string, string>> {
  const settings: Record<string, string> = {};
  const usagePage = dice.pick([null, null, null, '50', '1000']);
  const eventsPage = dice.pick([null, null, null, '50', '200']);
  const scanned = dice.pick([null, null, null, '100', '700']);
  const retention = dice.pick([null, null, '500']);
  if (usagePage) settings['USAGE_API_PAGE_SIZE'] = usagePage;
  if (eventsPage) settings['EVENTS_API_PAGE_SIZE'] = eventsPage;
  if (scanned) settings['SIGHTLINE_MAX_SCANNED_ROWS'] = scanned;
  if (retention) settings['USAGE_API_RETENTION_DAYS'] = retention;
  return settings;
}
