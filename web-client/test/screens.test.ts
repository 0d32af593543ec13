// Tests that each settings screen of the console has a folder and an entry in the registry, and that no other file refers to the screen.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { movedTo } from '../src/apps/console/moved.ts'
import { screenAt, screensFor } from '../src/apps/console/screens/index.ts'
import { files, importsOf, read, SRC } from './help/imports.ts'

const DIR = 'apps/console/screens'
const folders = readdirSync(join(SRC, DIR), { withFileTypes: true }).filter((one) => one.isDirectory()).map((one) => one.name)

test('every folder has an entry in the registry, and every entry a folder', () => {
  const named = importsOf(`${DIR}/registry.ts`, read(`${DIR}/registry.ts`))
  expect(named.toSorted()).toEqual(folders.map((folder) => `${DIR}/${folder}/index.ts`).toSorted())
})

test('no file outside a screen’s folder imports from it, except the registry', () => {
  const faults = files.flatMap((file) => importsOf(file, read(file)).filter((target) => {
    const folder = folders.find((one) => target.startsWith(`${DIR}/${one}/`))
    return folder !== undefined && !file.startsWith(`${DIR}/${folder}/`) && file !== `${DIR}/registry.ts`
  }).map((target) => `${file} imports ${target}`))
  expect(faults).toEqual([])
})

test('an address names a screen and what follows it; former addresses lead there', () => {
  const all = screensFor({ isAdmin: true, features: null })
  expect(new Set(all.map(({ path }) => path)).size).toBe(all.length)
  for (const screen of all) {
    expect(screenAt(screen.path)).toEqual({ screen, sub: '' })
    expect(screenAt(`${screen.path}/new/1`)).toEqual({ screen, sub: 'new/1' })
    expect(screenAt(`${screen.path}x`)?.screen).not.toBe(screen)
  }
  expect(screenAt('TKT-000001')).toBeNull()
  expect(['replies', 'hours', 'team'].map((place) => screenAt(movedTo(place) ?? '')?.screen.path)).toEqual(['settings/saved-replies', 'settings/opening-hours', 'settings/team'])
  expect(movedTo('toString')).toBeNull()
})

test('a screen is offered to the people it is for, on a server that supports it', () => {
  const staff = screensFor({ isAdmin: false, features: [] })
  expect(staff.every(({ needs, feature }) => needs === 'staff' && feature === undefined)).toBe(true)
  expect(staff.map(({ path }) => path)).toContain('settings/saved-replies')
  const admin = screensFor({ isAdmin: true, features: null })
  expect(admin.map(({ path }) => path)).toEqual(expect.arrayContaining(['settings/opening-hours', 'settings/team']))
  expect(screensFor({ isAdmin: true, features: [] }).every(({ feature }) => feature === undefined)).toBe(true)
})
