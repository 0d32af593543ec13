import { describe, expect, test } from 'vitest'
import { statusAt } from '../src/client/hours-status.ts'
import { dateAfter, draftOf, endsNextDay, faultsOf, hoursOf, isDate, noticeOf, parseDraft, timeAfter, timeOf, withHoliday, withSpan, type Day, type HoursDraft, type Span } from '../src/client/hours.ts'
import { LIMITS } from '../src/protocol/generated.ts'

const none = draftOf({ opening_hours: null, away_notice: null }, 'Europe/Vienna')
const on: HoursDraft = { ...none, keepsHours: true }
const isZone = { isZone: (name: string) => name === 'Europe/Vienna' || name === 'UTC', knowsHolidays: false }
const newer = { ...isZone, knowsHolidays: true }
const having = (day: Day, ...spans: readonly Span[]): HoursDraft => ({ ...on, days: { ...on.days, [day]: spans } })
const span = (from: string, to: string): Span => ({ from, to })

describe('opening hours being changed', () => {
  test('start with working days, and are off until they are wanted', () => {
    expect(hoursOf(none)).toBeNull()
    expect(hoursOf(on)?.days.mon).toEqual([['09:00', '17:00']])
    expect(hoursOf(on)?.days.sun).toEqual([])
    expect(faultsOf(on, isZone).size).toBe(0)
  })

  test('are read as they were stored, including midnight at the end', () => {
    const kept = { timezone: 'UTC', days: { ...(hoursOf(on)?.days ?? { mon: [], tue: [], wed: [], thu: [], fri: [], sat: [], sun: [] }), sat: [['20:00', '24:00']] as [string, string][] } }
    const draft = draftOf({ opening_hours: kept, away_notice: ' Back soon ' }, 'Europe/Vienna')
    expect(draft.days.sat).toEqual([span('20:00', '00:00')])
    expect(faultsOf(draft, isZone).size).toBe(0)
    expect(hoursOf(draft)).toEqual(kept)
    expect(noticeOf(draft)).toBe('Back soon')
    expect(noticeOf({ ...draft, notice: ' \n ' })).toBeNull()
  })

  test('name the invalid field, and none without hours', () => {
    const of = (draft: HoursDraft) => [...faultsOf(draft, isZone)]
    expect(of(having('mon', span('10:00', '09:00')))).toEqual([['mon.0', 'order']])
    expect(of(having('mon', span('10:00', '10:00')))).toEqual([['mon.0', 'order']])
    expect(of(having('mon', span('1000', '9.30')))).toEqual([['mon.0', 'order']])
    expect(of(having('mon', span('', '10:00')))).toEqual([['mon.0', 'time']])
    expect(of(having('tue', span('09:00', '12:00'), span('11:00', '13:00')))).toEqual([['tue.1', 'overlap']])
    expect(of(having('tue', span('20:00', '00:00'), span('21:00', '22:00')))).toEqual([['tue.1', 'overlap']])
    expect(of(having('tue', span('09:00', '12:00'), span('12:00', '13:00')))).toEqual([])
    expect(of({ ...on, timezone: 'Vienna' })).toEqual([['timezone', 'zone']])
    expect(of({ ...on, notice: 'ä'.repeat(LIMITS.notice_chars_max + 1) })).toEqual([['notice', 'long']])
    expect(of({ ...on, notice: '🙂'.repeat(LIMITS.notice_chars_max) })).toEqual([])
    expect(of({ ...having('mon', span('', '')), keepsHours: false, timezone: '' })).toEqual([])
  })

  test('grow by a span after the last one', () => {
    expect(withSpan([])).toEqual([span('09:00', '17:00')])
    expect(withSpan([span('09:00', '12:00')])[1]).toEqual(span('13:00', '16:00'))
    expect(withSpan([span('20:00', '22:00')])[1]).toEqual(span('23:00', '00:00'))
    expect(withSpan([span('20:00', '00:00')])[1]).toEqual(span('', ''))
  })
})

describe('hours over midnight', () => {
  const of = (draft: HoursDraft) => [...faultsOf(draft, newer)]
  test('are valid where the server supports them, as long as they end before the next day’s first span', () => {
    expect(of(having('mon', span('22:00', '06:00')))).toEqual([])
    expect(of({ ...on, days: { ...on.days, mon: [span('22:00', '09:30')] } })).toEqual([['mon.0', 'runs_into']])
    expect(of({ ...on, days: { ...on.days, mon: [span('22:00', '06:00'), span('23:00', '23:30')] } })).toEqual([['mon.1', 'overlap']])
    expect(of({ ...on, days: { ...on.days, sun: [span('22:00', '10:00')] } }), 'Sunday runs into Monday').toEqual([['sun.0', 'runs_into']])
  })
  test('are distinguished from hours that end at midnight', () => {
    expect([span('22:00', '06:00'), span('22:00', '00:00'), span('00:00', '00:00'), span('09:00', '17:00'), span('', '06:00')].map(endsNextDay)).toEqual([true, false, false, false, false])
    expect(hoursOf(having('mon', span('22:00', '0')))?.days.mon).toEqual([['22:00', '24:00']])
  })
})

describe('holidays', () => {
  const dated = (...holidays: HoursDraft['holidays']): HoursDraft => ({ ...on, holidays })
  test('are in order, each date once, and are sent without a name that shows nothing', () => {
    const two = withHoliday(withHoliday([], '2026-12-25', 'Christmas'), '2026-01-01', ' ')
    expect(two.map(({ date }) => date)).toEqual(['2026-01-01', '2026-12-25'])
    expect(withHoliday(two, '2026-12-25', 'again')).toBe(two)
    expect(hoursOf(dated(...two))?.holidays).toEqual([{ date: '2026-01-01', spans: [] }, { date: '2026-12-25', spans: [], name: 'Christmas' }])
    expect(Object.hasOwn(hoursOf(on) ?? {}, 'holidays'), 'an older server knows none').toBe(false)
  })
  test('have their faults by date', () => {
    const of = (...holidays: HoursDraft['holidays']) => [...faultsOf(dated(...holidays), newer)]
    expect(of({ date: '2026-12-24', name: 'x'.repeat(LIMITS.holiday_name_chars_max + 1), spans: [span('9', 'noon')] })).toEqual([['2026-12-24.name', 'long'], ['2026-12-24.0', 'time']])
    // The hours of Thursday evening continue until Friday morning and overlap Friday's own hours, which is an error. It is no error if
    // Friday is a closed holiday, because the holiday ends Thursday's hours.
    expect(of({ date: '2026-12-24', name: '', spans: [span('22:00', '10:00')] })).toEqual([['2026-12-24.0', 'runs_into']])
    expect(of({ date: '2026-12-24', name: '', spans: [span('22:00', '10:00')] }, { date: '2026-12-25', name: '', spans: [] })).toEqual([])
  })
})

test('a time is parsed in many notations, and steps by a quarter of an hour', () => {
  expect(['9', '09', '930', '9.30', '9:30', '0930', '٩:٣٠', '23h59', '24', '9:60', '', 'nine'].map(timeOf)).toEqual(['09:00', '09:00', '09:30', '09:30', '09:30', '09:30', '09:30', '23:59', null, null, null, null])
  expect(['9 AM', '9p', '12:30 a.m.', '12 pm', '٨:٣٠ م', '13 PM', '9 xm'].map(timeOf)).toEqual(['09:00', '21:00', '00:30', '12:00', '20:30', null, null])
  expect([timeAfter('09:00', 15), timeAfter('09:07', 15), timeAfter('00:00', -15), timeAfter('', 15)]).toEqual(['09:15', '09:15', '23:45', '09:00'])
})

test('dates continue across the end of a year, and an invalid date is rejected', () => {
  expect([dateAfter('2026-12-31', 1), dateAfter('2028-02-28', 1)]).toEqual(['2027-01-01', '2028-02-29'])
  expect(['2026-02-29', '2028-02-29', '26-1-1', ''].map(isDate)).toEqual([false, true, false, false])
})

test('a draft stored on the device is read again; anything else is rejected', () => {
  const draft: HoursDraft = { ...having('mon', span('9', '')), holidays: [{ date: '2026-12-25', name: 'X', spans: [span('10:00', '12:00')] }], notice: 'n' }
  expect(parseDraft(JSON.parse(JSON.stringify(draft)))).toEqual(draft)
  expect([null, 'x', {}, { ...draft, days: null }].map(parseDraft)).toEqual([null, null, null, null])
})

describe('the status at a given moment', () => {
  // 2026-11-27, the date that most tests use, is a Friday.
  const at = (date: string, time: string) => ({ date, minutes: Number(time.slice(0, 2)) * 60 + Number(time.slice(3)) })
  const status = (draft: HoursDraft, time: string, date = '2026-11-27') => statusAt(draft, at(date, time))
  test('open until, closed until, across the weekend', () => {
    expect(status(on, '10:00')).toEqual({ kind: 'open', until: at('2026-11-27', '17:00') })
    expect(status(on, '17:00')).toEqual({ kind: 'closed', opens: at('2026-11-30', '09:00') })
    expect(status(on, '08:59')).toEqual({ kind: 'closed', opens: at('2026-11-27', '09:00') })
    expect(status(none, '03:00')).toEqual({ kind: 'always' })
  })
  test('past midnight, and on without a gap', () => {
    const night = { ...on, days: { ...on.days, thu: [span('22:00', '06:00')], fri: [span('20:00', '00:00')], sat: [span('00:00', '02:00')] } }
    expect(status(night, '05:59')).toEqual({ kind: 'open', until: at('2026-11-27', '06:00') })
    expect(status(night, '06:00')).toEqual({ kind: 'closed', opens: at('2026-11-27', '20:00') })
    expect(status(night, '21:00')).toEqual({ kind: 'open', until: at('2026-11-28', '02:00') })
    const all = { ...on, days: { mon: [span('00:00', '00:00')], tue: [span('00:00', '00:00')], wed: [span('00:00', '00:00')], thu: [span('00:00', '00:00')], fri: [span('00:00', '00:00')], sat: [span('00:00', '00:00')], sun: [span('00:00', '00:00')] } }
    expect(status(all, '12:00')).toEqual({ kind: 'always' })
  })
  test('on a holiday, which also cuts off earlier spans', () => {
    const closed = { ...on, days: { ...on.days, thu: [span('22:00', '06:00')] }, holidays: [{ date: '2026-11-27', name: '', spans: [] }] }
    expect(status(closed, '05:00')).toEqual({ kind: 'closed', opens: at('2026-11-30', '09:00') })
    expect(status(closed, '23:00', '2026-11-26')).toEqual({ kind: 'open', until: at('2026-11-27', '00:00') })
    expect(status({ ...on, holidays: [{ date: '2026-11-29', name: '', spans: [span('10:00', '11:00')] }] }, '18:00')).toEqual({ kind: 'closed', opens: at('2026-11-29', '10:00') })
    expect(status({ ...on, days: { mon: [], tue: [], wed: [], thu: [], fri: [], sat: [], sun: [] } }, '18:00')).toEqual({ kind: 'closed', opens: null })
  })
})

test.each(['en-US', 'en-GB', 'en-IN', 'en-AU', 'ar', 'ar-EG', 'de', 'de-AT', 'fr', 'fr-CA', 'fr-CH'])('a time is parsed as %s writes it', (locale) => {
  const format = new Intl.DateTimeFormat(locale, { timeStyle: 'short', timeZone: 'UTC' })
  for (let minutes = 0; minutes < 24 * 60; minutes += 5) expect(timeOf(format.format(minutes * 60_000)), format.format(minutes * 60_000)).toBe(`${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`)
})

test('a tab in the notice is sent as a space, because the server refuses tabs', () => {
  expect(noticeOf({ ...draftOf({ opening_hours: null, away_notice: null }, 'UTC'), notice: 'a\tb\nc\t' })).toBe('a b\nc')
})
