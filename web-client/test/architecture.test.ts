// Imports point downward, in the order of LAYERS. A file that breaks the order is named here with its import.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { files, importsOf, read } from './help/imports.ts'

/** From the ground up; the first one that matches is a file's layer. What stands on one line does not import its neighbours. */
const LAYERS: readonly (readonly RegExp[])[] = [
  [/^testids\.ts$/],
  [/^protocol\//, /^locales\//],
  [/^connection\/transport\.ts$/],
  [/^connection\//],
  [/^timeline\//, /^outbox\//, /^rest\//],
  [/^client\//],
  [/^ui\//],
  [/^apps\/(?:widget|support|console)\//],
  // Puts the pages into pages of the platform's.
  [/^apps\/mount\//],
]

interface Place {
  readonly layer: number
  readonly folder: string
}

function placeOf(file: string): Place | null {
  for (const [layer, folders] of LAYERS.entries()) {
    if (folders.some((folder) => folder.test(file))) return { layer, folder: file.startsWith('apps/') ? file.split('/').slice(0, 2).join('/') : (file.split('/')[0] ?? '') }
  }
  return null
}

/** Why this import is not allowed; null: it is. */
function faultOf(file: string, target: string): string | null {
  const [from, to] = [placeOf(file), placeOf(target)]
  if (from === null) return `${file} stands in no layer`
  if (to === null) return `${file} imports ${target}, which stands in no layer`
  if (to.layer > from.layer) return `${file} imports upward: ${target}`
  return to.layer === from.layer && to.folder !== from.folder ? `${file} imports its neighbour: ${target}` : null
}

const faultsOf = (file: string, source: string) => importsOf(file, source).map((target) => faultOf(file, target)).filter((fault) => fault !== null)

test('no file imports upward, or its neighbour', () => {
  expect(files.flatMap((file) => faultsOf(file, read(file)))).toEqual([])
})

test('an upward import is found in every form', () => {
  for (const source of ["import { x } from '../client/client.ts'", "import type { X } from '../client/client.ts'", "import '../client/client.ts'", "export { x } from '../client/client.ts'", "const x = await import('../client/client.ts')"]) {
    expect(faultsOf('connection/session.ts', source), source).toEqual(['connection/session.ts imports upward: client/client.ts'])
  }
  expect(faultsOf('connection/transport.ts', "import { createSession } from './session.ts'")).toEqual(['connection/transport.ts imports upward: connection/session.ts'])
  expect(faultsOf('timeline/reduce.ts', "import { send } from '../outbox/outbox.ts'")).toEqual(['timeline/reduce.ts imports its neighbour: outbox/outbox.ts'])
  expect(faultsOf('apps/widget/home.tsx', "import css from '../console/page.css?inline'")).toEqual(['apps/widget/home.tsx imports its neighbour: apps/console/page.css'])
  expect(faultsOf('connection/session.ts', "// import '../client/client.ts'\nimport { x } from '../protocol/words.ts'")).toEqual([])
})

test('no two files import each other, be it through others', () => {
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
