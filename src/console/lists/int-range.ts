/** A range of whole numbers as the graph takes it: `gte` is in, `lt` is out. */
export interface IntRange {
  readonly gte?: number;
  readonly lt?: number;
}

const MOST = 2_147_483_646;

/**
 * A range in the reader's words: `404`, `5xx`, `500..2000` (both included), `500..`, `..2000`, and as typed `>=500`, `>500`, `<2000`,
 * `<=2000`. null: it is none of them.
 */
export function readIntRange(text: string): IntRange | null {
  const words = text.replaceAll(/\s|ms$/g, '').toLowerCase();
  const hundred = /^([1-9])xx$/.exec(words);
  if (hundred) return between(Number(hundred[1]) * 100, Number(hundred[1]) * 100 + 99);
  const bound = /^(>=|>|<=|<)(\d+)$/.exec(words);
  if (bound) {
    const value = Number(bound[2]);
    if (bound[1] === '>=') return between(value, null);
    if (bound[1] === '>') return between(value + 1, null);
    return between(null, bound[1] === '<=' ? value : value - 1);
  }
  const both = /^(\d*)(?:\.\.|-|–)(\d*)$/.exec(words);
  if (both && (both[1] || both[2])) return between(numberOf(both[1]), numberOf(both[2]));
  return /^\d+$/.test(words) ? between(Number(words), Number(words)) : null;
}

/** The one form that the address holds, so that equal ranges have equal addresses. */
export function writeIntRange({ gte, lt }: IntRange): string {
  const last = lt === undefined ? undefined : lt - 1;
  if (gte !== undefined && gte === last) return String(gte);
  if (gte !== undefined && last === gte + 99 && gte % 100 === 0 && gte >= 100 && gte < 1_000)
    return `${gte / 100}xx`;
  return `${gte ?? ''}..${last ?? ''}`;
}

const numberOf = (text: string | undefined): number | null => (text ? Number(text) : null);

/** Both ends are included; null: no end there. */
function between(first: number | null, last: number | null): IntRange | null {
  if ((first ?? 0) > MOST || (last ?? 0) > MOST || (last !== null && last < (first ?? 0))) return null;
  return { ...(first === null ? {} : { gte: first }), ...(last === null ? {} : { lt: last + 1 }) };
}
