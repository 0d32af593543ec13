// Computes whether the support team is open at a given moment, and until when, in the team's own time zone. For display only. Pure functions.

import { dateAfter, dayOf, endOf, minutesOf, type HoursDraft, type Span } from './hours.ts'

/** A local date and time in the team's time zone: the date, and the minutes since midnight. */
export interface WallTime {
  readonly date: string
  readonly minutes: number
}

export type HoursStatus =
  | { readonly kind: 'always' }
  | { readonly kind: 'open'; readonly until: WallTime }
  /** The support team is closed. `opens` is null if no opening time follows within `DAYS_AHEAD`. */
  | { readonly kind: 'closed'; readonly opens: WallTime | null }

const DAY_MINUTES = 24 * 60
/** How many days to search for the next opening time. 400 days cover a full year of holidays. */
const DAYS_AHEAD = 400
/** If the support team stays open for longer than this, the status is `always`. */
const ALWAYS_MINUTES = 8 * DAY_MINUTES

export function statusAt({ keepsHours, days, holidays }: HoursDraft, now: WallTime): HoursStatus {
  if (!keepsHours) return { kind: 'always' }
  const special = new Map<string, readonly Span[]>(holidays.map(({ date, spans }) => [date, spans]))
  const spansOn = (date: string) => special.get(date) ?? days[dayOf(date)]
  let open: number | null = null
  for (const { begin, end } of pieces(now.date, spansOn, (date) => special.has(date))) {
    if (open !== null) {
      // Spans that touch or overlap count as one opening time. A gap before the next span ends the opening time.
      if (begin > open) return { kind: 'open', until: wallTime(now.date, open) }
      open = Math.max(open, end)
      if (open - now.minutes > ALWAYS_MINUTES) return { kind: 'always' }
    } else if (end <= now.minutes) continue
    else if (begin <= now.minutes) open = end
    else return { kind: 'closed', opens: wallTime(now.date, begin) }
  }
  return open === null ? { kind: 'closed', opens: null } : { kind: 'open', until: wallTime(now.date, open) }
}

interface Piece {
  readonly begin: number
  readonly end: number
}

/** Yields the opening times in order, starting with the day before `today`. Times are in minutes from the midnight that begins `today`. */
function* pieces(today: string, spansOn: (date: string) => readonly Span[], isHoliday: (date: string) => boolean): Generator<Piece> {
  for (let day = -1; day <= DAYS_AHEAD; day++) {
    const date = dateAfter(today, day)
    // A time span that runs past midnight is cut off at midnight if the next day is a holiday.
    const latest = isHoliday(dateAfter(date, 1)) ? DAY_MINUTES : 2 * DAY_MINUTES
    for (const span of spansOn(date)) {
      const [from, to] = [minutesOf(span.from), minutesOf(span.to)]
      if (from !== null && to !== null) yield { begin: day * DAY_MINUTES + from, end: day * DAY_MINUTES + Math.min(endOf(from, to), latest) }
    }
  }
}

function wallTime(today: string, minutes: number): WallTime {
  const days = Math.floor(minutes / DAY_MINUTES)
  return { date: dateAfter(today, days), minutes: minutes - days * DAY_MINUTES }
}
