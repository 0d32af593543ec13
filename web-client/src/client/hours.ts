// Opening hours while an admin edits them. Every field keeps the typed text, even if it is invalid. Pure functions.

import { LIMITS, type Holiday, type OpeningHours, type WeekHours } from '../protocol/generated.ts'
import { bool, object, readable, string } from '../protocol/shape.ts'
import { isWritten, written, writtenLine } from './written.ts'

/** The days of the week from Monday to Sunday, with the keys of the `opening_hours` setting. */
export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Day = (typeof DAYS)[number]

export interface Span {
  readonly from: string
  readonly to: string
}

/** A date with its own opening hours. If `spans` is empty, the support team is closed all day. */
export interface HolidayDraft {
  readonly date: string
  readonly name: string
  readonly spans: readonly Span[]
}

export interface HoursDraft {
  /** If false, the support team is always open. The entered hours are kept, so that the admin can turn them on again. */
  readonly keepsHours: boolean
  readonly timezone: string
  readonly days: Readonly<Record<Day, readonly Span[]>>
  /** The dates with their own hours, sorted by date. */
  readonly holidays: readonly HolidayDraft[]
  readonly notice: string
}

/**
 * The kind of an invalid value. The key in `Faults` names the invalid field: `timezone`, `notice`, `mon.0` (Monday's first span), or, for a
 * holiday, `2026-12-25.0` or `2026-12-25.name`.
 */
export type Fault = 'zone' | 'time' | 'order' | 'overlap' | 'runs_into' | 'long'
export type Faults = ReadonlyMap<string, Fault>

export interface HoursRules {
  readonly isZone: (name: string) => boolean
  /** Whether the server supports holidays and time spans that end on the next day. */
  readonly knowsHolidays: boolean
}

export const SPAN: Span = { from: '09:00', to: '17:00' }
const WORKDAYS: readonly Day[] = ['mon', 'tue', 'wed', 'thu', 'fri']
const END = '24:00'
const DAY_MINUTES = 24 * 60

const week = <T>(of: (day: Day) => T) => ({ mon: of('mon'), tue: of('tue'), wed: of('wed'), thu: of('thu'), fri: of('fri'), sat: of('sat'), sun: of('sun') })
// A time input field does not accept 24:00, so the midnight that ends a span is shown as 00:00.
const spansOf = (spans: readonly (readonly [string, string])[]): readonly Span[] => spans.map(([from, to]) => ({ from, to: to === END ? '00:00' : to }))

/** The opening hours and the away notice from the server. An older server that does not support holidays sends no `holidays` field. */
interface HoursSettings {
  readonly opening_hours: (Pick<OpeningHours, 'timezone' | 'days'> & { readonly holidays?: readonly { readonly date: string; readonly name?: string | null; readonly spans: Holiday['spans'] }[] | null }) | null
  readonly away_notice: string | null
}

export function draftOf({ opening_hours, away_notice }: HoursSettings, ownZone: string): HoursDraft {
  return {
    keepsHours: opening_hours !== null,
    timezone: opening_hours?.timezone ?? ownZone,
    days: opening_hours === null ? week((day) => (WORKDAYS.includes(day) ? [SPAN] : [])) : week((day) => spansOf(opening_hours.days[day])),
    holidays: (opening_hours?.holidays ?? []).map(({ date, name, spans }) => ({ date, name: name ?? '', spans: spansOf(spans) })).toSorted(byDate),
    notice: away_notice ?? '',
  }
}

const keptSpans = readable(object({ from: string, to: string }))
const keptDraft = object({ keepsHours: bool, timezone: string, notice: string, holidays: readable(object({ date: string, name: string, spans: keptSpans })), days: object(week(() => keptSpans)) })

/** Parses a draft that was stored in this browser. Returns null if the stored value is not a draft of the opening hours. */
export function parseDraft(value: unknown): HoursDraft | null {
  const draft = keptDraft(value)
  return draft === undefined ? null : { ...draft, holidays: draft.holidays.toSorted(byDate) }
}

/** Converts a valid draft of the opening hours to the `opening_hours` setting. Returns null if the support team is always open. */
export function hoursOf({ keepsHours, timezone, days, holidays }: HoursDraft): OpeningHours | null {
  if (!keepsHours) return null
  const of = (spans: readonly Span[]) => spans.map(({ from, to }): [string, string] => [timeOf(from) ?? from, ending(timeOf(to) ?? to)])
  const named: WeekHours = week((day) => of(days[day]))
  const dates = holidays.map(({ date, name, spans }): Holiday => {
    const called = writtenLine(name)
    return { date, spans: of(spans), ...(isWritten(called) ? { name: called } : {}) }
  })
  return { timezone: timezone.trim(), days: named, ...(dates.length === 0 ? {} : { holidays: dates }) }
}

export function noticeOf({ notice }: HoursDraft): string | null {
  return isWritten(notice) ? written(notice).replaceAll('\t', ' ').trim() : null
}

export function faultsOf(draft: HoursDraft, { isZone, knowsHolidays }: HoursRules): Faults {
  const faults = new Map<string, Fault>()
  if (noticeLeft(draft.notice) < 0) faults.set('notice', 'long')
  if (!draft.keepsHours) return faults
  if (!isZone(draft.timezone.trim())) faults.set('timezone', 'zone')
  const check = (name: string, spans: readonly Span[]) => {
    let before = 0
    for (const [index, span] of spans.entries()) {
      const [from, to] = [minutesOf(span.from), minutesOf(span.to)]
      const end = to === null || from === null ? 0 : endOf(from, to)
      const fault = from === null || to === null ? 'time' : end > DAY_MINUTES && !knowsHolidays ? 'order' : from < before ? 'overlap' : null
      if (fault === null) before = end
      else faults.set(`${name}.${index}`, fault)
    }
  }
  for (const day of DAYS) check(day, draft.days[day])
  for (const holiday of draft.holidays) {
    if ([...writtenLine(holiday.name)].length > LIMITS.holiday_name_chars_max) faults.set(`${holiday.date}.name`, 'long')
    check(holiday.date, holiday.spans)
  }
  runningOn(draft, faults)
  return faults
}

/** Records a fault for each span that runs past midnight and overlaps the first span of the next day. */
function runningOn({ days, holidays }: HoursDraft, faults: Map<string, Fault>): void {
  const check = (name: string, spans: readonly Span[], next: readonly Span[]) => {
    const [last, first] = [spans.at(-1), next[0]]
    const at = `${name}.${spans.length - 1}`
    if (last === undefined || first === undefined || faults.has(at)) return
    const [from, to, begins] = [minutesOf(last.from), minutesOf(last.to), minutesOf(first.from)]
    if (from !== null && to !== null && begins !== null && endOf(from, to) > begins + DAY_MINUTES) faults.set(at, 'runs_into')
  }
  for (const [index, day] of DAYS.entries()) check(day, days[day], days[DAYS[(index + 1) % DAYS.length] ?? day])
  const dates = new Set(holidays.map(({ date }) => date))
  for (const { date, spans } of holidays) {
    const next = dateAfter(date, 1)
    // If the next day is a holiday, nothing overlaps: spans of the day before are cut off at midnight.
    if (!dates.has(next)) check(date, spans, days[dayOf(next)])
  }
}

/** Returns how many more characters the away notice may have; negative if it is too long. Counts code points, like the database. */
export function noticeLeft(notice: string): number {
  return LIMITS.notice_chars_max - [...notice.trim()].length
}

/** Adds a span that starts one hour after the last one ends. If the day has no room for it, adds an empty one for the admin to fill in. */
export function withSpan(spans: readonly Span[]): readonly Span[] {
  const last = spans.at(-1)
  if (last === undefined) return [SPAN]
  const [from, to] = [minutesOf(last.from), minutesOf(last.to)]
  const hour = from === null || to === null ? 24 : Math.floor(endOf(from, to) / 60)
  if (hour >= 23) return [...spans, { from: '', to: '' }]
  return [...spans, { from: `${two(hour + 1)}:00`, to: hour + 4 < 24 ? `${two(hour + 4)}:00` : '00:00' }]
}

export const isFull = (spans: readonly Span[]) => spans.length >= LIMITS.day_spans_max

/** Whether the span ends on the next day. False for a span that ends exactly at midnight. */
export function endsNextDay({ from, to }: Span): boolean {
  const [begin, end] = [minutesOf(from), minutesOf(to)]
  return begin !== null && end !== null && endOf(begin, end) > DAY_MINUTES
}

/** Adds a holiday in date order. Returns the same list if the date already has a holiday. */
export function withHoliday(holidays: readonly HolidayDraft[], date: string, name: string): readonly HolidayDraft[] {
  return holidays.some((one) => one.date === date) ? holidays : [...holidays, { date, name, spans: [] }].toSorted(byDate)
}

const byDate = (a: { readonly date: string }, b: { readonly date: string }) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0)

/** Parses a typed time to `HH:MM`. Accepts, for example, `9`, `930`, `9.30` and `9:30`. Returns null for an invalid time. */
export function timeOf(written: string): string | null {
  const plain = written.normalize('NFKC').replace(/[\u0660-\u0669\u06F0-\u06F9]/g, (digit) => String(digit.charCodeAt(0) & 0xf)).replace(/[\s\u200E\u200F]/g, '')
  const found = /^(\d{1,2})(?:[:.h]?(\d{2}))?(?:([apصم])\.?m?\.?)?$/i.exec(plain)
  const [half, minute] = [found?.[3]?.toLowerCase(), Number(found?.[2] ?? 0)]
  const hour = Number(found?.[1]) % (half === undefined ? 24 : 12) + (half === 'p' || half === 'م' ? 12 : 0)
  return found === null || Number(found[1]) > (half === undefined ? 23 : 12) || minute > 59 ? null : `${two(hour)}:${two(minute)}`
}

/** Returns the time `minutes` later (or earlier, if negative), rounded to a multiple of `minutes`. Wraps around at midnight. */
export function timeAfter(time: string, minutes: number): string {
  const at = minutesOf(time)
  if (at === null) return SPAN.from
  const next = (Math.round((at + minutes) / Math.abs(minutes)) * Math.abs(minutes) + DAY_MINUTES) % DAY_MINUTES
  return `${two(Math.floor(next / 60))}:${two(next % 60)}`
}

/** Parses a typed time to minutes since midnight. Returns null for an invalid time. */
export function minutesOf(written: string): number | null {
  const time = timeOf(written)
  return time === null ? null : Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
}

/** Returns the end of a time span in minutes since midnight of the day on which it begins. More than 1,440 if it ends on the next day. */
export function endOf(from: number, to: number): number {
  return to > from ? to : to + DAY_MINUTES
}

/** Returns the date `days` after `date`: `2026-12-31` and 1 give `2027-01-01`. */
export function dateAfter(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MINUTES * 60_000).toISOString().slice(0, 10)
}

export function isDate(date: string): boolean {
  const at = Date.parse(`${date}T00:00:00Z`)
  return /^\d{4}-\d{2}-\d{2}$/.test(date) && !Number.isNaN(at) && new Date(at).toISOString().startsWith(date)
}

export function dayOf(date: string): Day {
  return DAYS[(new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7] ?? 'mon'
}

function ending(to: string): string {
  return to === '00:00' ? END : to
}

function two(n: number): string {
  return String(n).padStart(2, '0')
}
