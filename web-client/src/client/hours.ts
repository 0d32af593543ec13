// Opening hours while an admin changes them: every day keeps what was written, also what makes no sense yet. Pure.

import { LIMITS, type DeskSettings, type OpeningHours, type WeekHours } from '../protocol/generated.ts'
import { isWritten, written } from './written.ts'

/** From Monday, as the setting names them. */
export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Day = (typeof DAYS)[number]

export interface Span {
  readonly from: string
  readonly to: string
}

export interface HoursDraft {
  /** Without hours the desk is always open; what was written meanwhile is kept for changing one's mind. */
  readonly keepsHours: boolean
  readonly timezone: string
  readonly days: Readonly<Record<Day, readonly Span[]>>
  readonly notice: string
}

/** What is wrong, by the field that it stands at: `timezone`, `notice`, or `mon.0`. */
export type Fault = 'zone' | 'time' | 'order' | 'overlap' | 'long'
export type Faults = ReadonlyMap<string, Fault>

export const SPAN: Span = { from: '09:00', to: '17:00' }
const WORKDAYS: readonly Day[] = ['mon', 'tue', 'wed', 'thu', 'fri']
const END = '24:00'
const TIME = /^([01]\d|2[0-3]):[0-5]\d$/

export function draftOf({ opening_hours, away_notice }: DeskSettings, ownZone: string): HoursDraft {
  const days = (of: (day: Day) => readonly Span[]) => ({ mon: of('mon'), tue: of('tue'), wed: of('wed'), thu: of('thu'), fri: of('fri'), sat: of('sat'), sun: of('sun') })
  return {
    keepsHours: opening_hours !== null,
    timezone: opening_hours?.timezone ?? ownZone,
    days: opening_hours === null
      ? days((day) => (WORKDAYS.includes(day) ? [SPAN] : []))
      // A field for a time knows no 24:00; midnight at the end of a span can mean nothing else.
      : days((day) => opening_hours.days[day].map(([from, to]) => ({ from, to: to === END ? '00:00' : to }))),
    notice: away_notice ?? '',
  }
}

/** The setting that the draft makes; null: none. To be asked only of a draft without faults. */
export function hoursOf({ keepsHours, timezone, days }: HoursDraft): OpeningHours | null {
  if (!keepsHours) return null
  const of = (day: Day) => days[day].map(({ from, to }): [string, string] => [from, ending(to)])
  const week: WeekHours = { mon: of('mon'), tue: of('tue'), wed: of('wed'), thu: of('thu'), fri: of('fri'), sat: of('sat'), sun: of('sun') }
  return { timezone: timezone.trim(), days: week }
}

export function noticeOf({ notice }: HoursDraft): string | null {
  return isWritten(notice) ? written(notice).trim() : null
}

export function faultsOf(draft: HoursDraft, isZone: (name: string) => boolean): Faults {
  const faults = new Map<string, Fault>()
  if (noticeLeft(draft.notice) < 0) faults.set('notice', 'long')
  if (!draft.keepsHours) return faults
  if (!isZone(draft.timezone.trim())) faults.set('timezone', 'zone')
  for (const day of DAYS) {
    let before = ''
    for (const [index, { from, to }] of draft.days[day].entries()) {
      const fault = !TIME.test(from) || !TIME.test(to) ? 'time' : from >= ending(to) ? 'order' : from < before ? 'overlap' : null
      if (fault === null) before = ending(to)
      else faults.set(`${day}.${index}`, fault)
    }
  }
  return faults
}

/** Characters that the notice may still grow by, counted as the record counts them. */
export function noticeLeft(notice: string): number {
  return LIMITS.notice_chars_max - [...notice.trim()].length
}

/** The day's times with one more span, where the last one ends; none fits behind midnight. */
export function withSpan(spans: readonly Span[]): readonly Span[] {
  const last = spans.at(-1)
  if (last === undefined) return [SPAN]
  const hour = Number.parseInt(ending(last.to), 10)
  if (!(hour < 23)) return [...spans, { from: '', to: '' }]
  return [...spans, { from: `${two(hour + 1)}:00`, to: hour + 4 < 24 ? `${two(hour + 4)}:00` : '00:00' }]
}

export const isFull = (spans: readonly Span[]) => spans.length >= LIMITS.day_spans_max

function ending(to: string): string {
  return to === '00:00' ? END : to
}

function two(n: number): string {
  return String(n).padStart(2, '0')
}
