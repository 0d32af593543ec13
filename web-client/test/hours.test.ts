import { describe, expect, test } from 'vitest'
import { draftOf, faultsOf, hoursOf, noticeOf, withSpan, type Day, type HoursDraft, type Span } from '../src/client/hours.ts'
import { LIMITS } from '../src/protocol/generated.ts'

const none = draftOf({ opening_hours: null, away_notice: null, reply_assigns: false }, 'Europe/Vienna')
const on: HoursDraft = { ...none, keepsHours: true }
const isZone = (name: string) => name === 'Europe/Vienna' || name === 'UTC'
const having = (day: Day, ...spans: readonly Span[]): HoursDraft => ({ ...on, days: { ...on.days, [day]: spans } })
const span = (from: string, to: string): Span => ({ from, to })

describe('opening hours being changed', () => {
  test('begin with working days, and are none until they are wanted', () => {
    expect(hoursOf(none)).toBeNull()
    expect(hoursOf(on)?.days.mon).toEqual([['09:00', '17:00']])
    expect(hoursOf(on)?.days.sun).toEqual([])
    expect(faultsOf(on, isZone).size).toBe(0)
  })

  test('come back as they were kept, midnight at the end included', () => {
    const kept = { timezone: 'UTC', days: { ...(hoursOf(on)?.days ?? { mon: [], tue: [], wed: [], thu: [], fri: [], sat: [], sun: [] }), sat: [['20:00', '24:00']] as [string, string][] } }
    const draft = draftOf({ opening_hours: kept, away_notice: ' Back soon ', reply_assigns: false }, 'Europe/Vienna')
    expect(draft.days.sat).toEqual([span('20:00', '00:00')])
    expect(faultsOf(draft, isZone).size).toBe(0)
    expect(hoursOf(draft)).toEqual(kept)
    expect(noticeOf(draft)).toBe('Back soon')
    expect(noticeOf({ ...draft, notice: ' \n ' })).toBeNull()
  })

  test('name the field that makes no sense, and none when there are no hours', () => {
    const of = (draft: HoursDraft) => [...faultsOf(draft, isZone)]
    expect(of(having('mon', span('10:00', '09:00')))).toEqual([['mon.0', 'order']])
    expect(of(having('mon', span('10:00', '10:00')))).toEqual([['mon.0', 'order']])
    expect(of(having('mon', span('', '10:00')))).toEqual([['mon.0', 'time']])
    expect(of(having('tue', span('09:00', '12:00'), span('11:00', '13:00')))).toEqual([['tue.1', 'overlap']])
    expect(of(having('tue', span('20:00', '00:00'), span('21:00', '22:00')))).toEqual([['tue.1', 'overlap']])
    expect(of(having('tue', span('09:00', '12:00'), span('12:00', '13:00')))).toEqual([])
    expect(of({ ...on, timezone: 'Vienna' })).toEqual([['timezone', 'zone']])
    expect(of({ ...on, notice: 'ä'.repeat(LIMITS.notice_chars_max + 1) })).toEqual([['notice', 'long']])
    expect(of({ ...on, notice: '🙂'.repeat(LIMITS.notice_chars_max) })).toEqual([])
    expect(of({ ...having('mon', span('', '')), keepsHours: false, timezone: '' })).toEqual([])
  })

  test('grow by a span behind the last one', () => {
    expect(withSpan([])).toEqual([span('09:00', '17:00')])
    expect(withSpan([span('09:00', '12:00')])[1]).toEqual(span('13:00', '16:00'))
    expect(withSpan([span('20:00', '22:00')])[1]).toEqual(span('23:00', '00:00'))
    expect(withSpan([span('20:00', '00:00')])[1]).toEqual(span('', ''))
  })
})
