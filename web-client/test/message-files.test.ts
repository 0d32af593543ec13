// Tests of how files are shown: their names, sizes and states in words.

import { signal } from '@preact/signals'
import { h } from 'preact'
import { afterEach, describe, expect, test } from 'vitest'
import type { FileAccess } from '../src/client/file-access.ts'
import type { UploadState } from '../src/client/files.ts'
import { fileSize } from '../src/locales/file-size.ts'
import { setLanguage } from '../src/locales/index.ts'
import type { MessageFile, Problem } from '../src/protocol/model.ts'
import { isFailed, isPicture, NameAndSize, uploadWords, whyNotDownloaded, whyRefused } from '../src/ui/file-state.tsx'
import { FileRow, isOpen } from '../src/ui/message-files.tsx'
import { rendered } from './help/document.ts'

const access: FileAccess = { isOffered: signal(true), limits: signal({ count: 10, bytes: 100 }), whenKnown: () => Promise.resolve(), origin: 'http://desk.test', isKept: () => false, load: () => Promise.reject(new Error('not loaded')), dispose() {} }
const file = (state: MessageFile['state'], more: Partial<MessageFile> = {}): MessageFile => ({ id: 'f1', name: 'invoice.pdf', content_type: 'application/pdf', size_bytes: 2_048, state, width: null, height: null, preview: false, ...more })
const problem = (code: Problem['code']): Problem => ({ status: 0, code, title: '', retry_after_ms: null, head: null })

afterEach(() => setLanguage('en'))

test.each([
  ['checking', 'Being checked for viruses…', false],
  ['clean', '', true],
  ['not_scanned', 'Not checked for viruses', true],
  ['infected', 'Blocked: a virus was found. The file has been deleted.', false],
  ['not_scannable', 'Blocked: the file can’t be checked for viruses.', false],
  ['gone', 'No longer available', false],
  ['external', 'Stored outside this help desk', false],
] as const)('a file that is %s says so, and can be downloaded only if it is harmless', (state, words, canOpen) => {
  const { root } = rendered(h(FileRow, { access, file: file(state) }))
  expect(root.textContent).toContain('invoice.pdf')
  if (words !== '') expect(root.textContent).toContain(words)
  expect(root.all('button')).toHaveLength(canOpen ? 1 : 0)
  expect(isOpen(file(state))).toBe(canOpen)
})

test('a file that turns out to be infected while it is shown is announced', () => {
  const { root, set } = rendered(h(FileRow, { access, file: file('checking') }))
  const alerts = () => root.all('span').filter((one) => one.attribute('role') === 'alert').map((one) => one.textContent)
  expect(alerts()).toEqual([])
  set(h(FileRow, { access, file: file('infected') }))
  expect(alerts()).toEqual(['Blocked: a virus was found. The file has been deleted.'])
})

test('a name keeps its own direction and its extension', () => {
  const { root } = rendered(h(NameAndSize, { name: 'تقرير.docx', size: 10 }))
  const name = root.one('bdi')
  expect([name.textContent, name.attribute('title')]).toEqual(['تقرير.docx', 'تقرير.docx'])
  expect(root.all('span').map((one) => one.textContent)).toContain('.docx')
  expect(rendered(h(NameAndSize, { name: '.htaccess', size: 10 })).root.textContent).toContain('.htaccess')
})

describe('in words', () => {
  test.each<[UploadState | null, string]>([
    [null, 'Waiting…'],
    [{ kind: 'sending', sent: 50 }, 'Uploading: 50%'],
    [{ kind: 'sending', sent: 100 }, 'Almost done…'],
    [{ kind: 'pausing' }, 'No connection. Will try again.'],
    [{ kind: 'stored', id: 'u1' }, 'Ready'],
    [{ kind: 'lost' }, 'This browser no longer has the file. Remove it and choose it again.'],
    [{ kind: 'refused', problem: problem('too_large') }, 'Not uploaded. The file is too large.'],
  ])('%o', (state, words) => expect(uploadWords(state, 100)).toBe(words))

  test('every refusal of a file has words of its own', () => {
    const codes = ['too_large', 'quota_exceeded', 'too_many_uploads', 'attachment_checking', 'attachment_gone', 'attachment_infected', 'attachment_not_scannable', 'attachment_not_found'] as const
    const words = codes.map((code) => whyRefused(problem(code)))
    expect(new Set(words).size).toBe(codes.length)
    for (const said of words) expect(said).not.toContain('_')
  })
  test('a file that the server does not find is gone, and not its ticket', () => {
    expect(whyNotDownloaded(problem('not_found'))).toBe('The file is no longer available.')
    expect(whyNotDownloaded(problem('too_large'))).toBe(whyRefused(problem('too_large')))
  })
  test('only a refused or lost file keeps its message from being sent', () => {
    expect([{ kind: 'refused', problem: problem('too_large') } as const, { kind: 'lost' } as const, { kind: 'pausing' } as const, null].map(isFailed)).toEqual([true, true, false, false])
  })
  test('sizes have the unit that fits, in the reader’s language', async () => {
    expect([1, 812, 1_024, 4_400_000, 26_214_400].map(fileSize)).toEqual(['1 byte', '812 bytes', '1 kB', '4.2 MB', '25 MB'])
    await setLanguage('de')
    expect(fileSize(4_400_000)).toBe('4,2 MB')
  })
  test('pictures with scripts are not shown as pictures', () => {
    expect(['image/png', 'image/webp', 'image/svg+xml', 'text/html'].map(isPicture)).toEqual([true, true, false, false])
  })
})
