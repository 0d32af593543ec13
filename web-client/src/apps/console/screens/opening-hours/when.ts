// Formats dates and times in the desk's time zone as words.

import { DAYS, dateAfter, dayOf } from '../../../../client/hours.ts'
import type { HoursStatus, WallTime } from '../../../../client/hours-status.ts'
import { day, weekday } from '../../../../locales/dates.ts'
import { clockOf } from '../../../../ui/kit/time-field.tsx'
import { s } from './strings.ts'

/** Formats a date of the desk's time zone in the reader's language. */
export const dateOf = (date: string) => day(`${date}T12:00:00`)

function moment({ date, minutes }: WallTime, today: string): string {
  if (date === today) return clockOf(minutes)
  if (date === dateAfter(today, 1) && minutes === 0) return s('hours.midnight')
  return `${date < dateAfter(today, 7) ? weekday(DAYS.indexOf(dayOf(date))) : dateOf(date)} ${clockOf(minutes)}`
}

export function statusInWords(status: HoursStatus, today: string): string {
  switch (status.kind) {
    case 'always': return s('hours.now_always')
    case 'open': return s('hours.now_open', { until: moment(status.until, today) })
    case 'closed': return status.opens === null ? s('hours.now_closed') : s('hours.now_opens', { when: moment(status.opens, today) })
  }
}
