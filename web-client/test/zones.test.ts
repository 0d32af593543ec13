import { expect, test } from 'vitest'
import { isZone, offsetOf, wallTimeIn, zoneNames, zonesFor } from '../src/client/zones.ts'

const names = ['America/Argentina/Buenos_Aires', 'America/New_York', 'Europe/Kiev', 'Europe/Vienna', 'UTC']
const summer = Date.parse('2026-07-01T22:30:00Z')

test('a zone is found by any of its words, and by its present name', () => {
  expect(zonesFor(names, 'vienna', [])).toEqual(['Europe/Vienna'])
  expect(zonesFor(names, 'new york', [])).toEqual(['America/New_York'])
  expect(zonesFor(names, 'Kyiv', [])).toEqual(['Europe/Kiev'])
  expect(zonesFor(names, 'europe', [])).toEqual(['Europe/Kiev', 'Europe/Vienna'])
  expect(zonesFor(names, 'nowhere', [])).toEqual([])
  expect(zonesFor(names, ' ', ['Europe/Vienna'])[0]).toBe('Europe/Vienna')
  expect(zoneNames()).toContain('UTC')
})

test('the offset and the local time are shown, including summer time', () => {
  expect([offsetOf('Europe/Vienna', summer), offsetOf('UTC', summer), offsetOf('America/New_York', summer)]).toEqual(['UTC+02:00', 'UTC+00:00', 'UTC\u221204:00'])
  expect(wallTimeIn('Europe/Vienna', summer)).toEqual({ date: '2026-07-02', minutes: 30 })
})

test('an offset is not a zone', () => {
  expect(['Europe/Vienna', 'UTC', '+01:00', 'Vienna', ''].map(isZone)).toEqual([true, true, false, false, false])
})
