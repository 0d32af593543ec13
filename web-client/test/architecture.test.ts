// Tests the layers of the client: which layer may import from which others. A file that breaks a rule is reported with its import.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { files, importsOf, read } from './help/imports.ts'

/** For each layer, from the bottom up: the other layers that it may import from. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  'testids.ts': [],
  protocol: [],
  locales: [],
  connection: ['protocol'],
  timeline: ['protocol'],
  outbox: ['protocol'],
  rest: ['protocol'],
  uploads: ['protocol', 'connection', 'outbox', 'rest'],
  client: ['protocol', 'timeline', 'connection', 'outbox', 'rest', 'uploads', 'locales'],
  ui: ['protocol', 'timeline', 'client', 'locales', 'testids.ts'],
  'apps/support': ['protocol', 'timeline', 'client', 'ui', 'locales', 'testids.ts'],
  'apps/widget': ['protocol', 'timeline', 'client', 'ui', 'locales', 'testids.ts'],
  'apps/console': ['protocol', 'timeline', 'client', 'ui', 'locales', 'testids.ts'],
  // This layer mounts the apps inside pages of the platform that embeds Helpline.
  'apps/mount': ['protocol', 'client', 'ui', 'apps/support', 'apps/console', 'locales'],
}

function roomOf(file: string): string {
  const parts = file.split('/')
  return parts[0] === 'apps' ? parts.slice(0, 2).join('/') : (parts[0] ?? '')
}

/** The imports in this source text that its layer does not allow. */
function faultsOf(file: string, source: string): readonly string[] {
  const room = roomOf(file)
  const allowed = [room, ...(ARROWS[room] ?? [])]
  return importsOf(file, source).filter((target) => !allowed.includes(roomOf(target))).map((target) => `${file} imports ${target}`)
}

test('every layer is known, and its imports point downward', () => {
  const rooms = Object.keys(ARROWS)
  expect(new Set(files.map(roomOf))).toEqual(new Set(rooms))
  for (const [at, room] of rooms.entries()) for (const target of ARROWS[room] ?? []) expect(rooms.slice(0, at), `${room} > ${target}`).toContain(target)
})

test.each(files)('%s imports only what its layer may import', (file) => {
  expect(faultsOf(file, read(file))).toEqual([])
})

test('a forbidden import is found in every form', () => {
  for (const source of ["import { x } from '../client/client.ts'", "import type { X } from '../client/client.ts'", "import '../client/client.ts'", "export { x } from '../client/client.ts'", "const x = await import('../client/client.ts')"]) {
    expect(faultsOf('connection/session.ts', source), source).toEqual(['connection/session.ts imports client/client.ts'])
  }
  expect(faultsOf('timeline/reduce.ts', "import { send } from '../outbox/outbox.ts'")).toEqual(['timeline/reduce.ts imports outbox/outbox.ts'])
  expect(faultsOf('apps/widget/home.tsx', "import css from '../console/page.css?inline'")).toEqual(['apps/widget/home.tsx imports apps/console/page.css'])
  expect(faultsOf('connection/session.ts', "// import '../client/client.ts'\nimport { x } from '../protocol/words.ts'")).toEqual([])
})

test('no two files import each other, directly or through others', () => {
  const targets = new Map(files.map((file) => [file, importsOf(file, read(file)).filter((target) => files.includes(target))]))
  const done = new Set<string>()
  const circles: string[] = []
  const visit = (file: string, path: readonly string[]) => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' > '))
    if (done.has(file) || path.includes(file)) return
    for (const target of targets.get(file) ?? []) visit(target, [...path, file])
    done.add(file)
  }
  for (const file of files) visit(file, [])
  expect(circles).toEqual([])
})

test('every part of the client has a unit test', () => {
  const tested = new Set(readdirSync(import.meta.dirname).filter((name) => name.endsWith('.test.ts')).flatMap((name) => [...readFileSync(join(import.meta.dirname, name), 'utf8').matchAll(/'\.\.\/src\/(client\/[\w-]+\.ts)'/g)].map(([, path]) => path)))
  const parts = files.filter((file) => file.startsWith('client/') && /^export (?:async )?(?:function|const)/m.test(read(file)))
  expect(parts.length).toBeGreaterThan(50)
  expect(parts.filter((file) => !tested.has(file))).toEqual([])
})
