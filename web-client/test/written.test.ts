import { describe, expect, test } from 'vitest'
import { newKey, memoryStorage } from '../src/client/browser.ts'
import { isWritten, written, writtenLine } from '../src/client/written.ts'
import { language, setLanguage, tProblem } from '../src/locales/index.ts'
import { fieldOf } from '../src/locales/reasons.ts'
import { keyFor } from '../src/client/open-once.ts'
import '../src/locales/ticket.ts'

test('a text with pasted control characters is not refused', () => {
  expect(written('a\r\nb\rc\vd\fe\u0085f\u0000\u001b[31mg\u007f\u009b\th\n')).toBe('a\nb\nc\nd\ne\nf[31mg\th\n')
  expect(written('שלום \u200f🎉 \u{1f469}\u200d\u{1f4bb}')).toBe('שלום \u200f🎉 \u{1f469}\u200d\u{1f4bb}')
})

describe('a new ticket', () => {
  test('is the same when sent again after a reload, and another one when its text changes', () => {
    const storage = memoryStorage()
    const kept = () => ({ read: () => storage.getItem('key') ?? '', write: (next: string) => storage.setItem('key', next) })
    const first = keyFor('{"subject":"a"}', kept(), newKey)
    expect(keyFor('{"subject":"a"}', kept(), newKey)).toBe(first)
    expect(keyFor('{"subject":"b"}', kept(), newKey)).not.toBe(first)
  })
})

test('the language chosen last is used, however long its tables take to load', async () => {
  const slow = setLanguage('ar')
  await setLanguage('en')
  await slow
  expect(language()).toBe('en')
})

test('a text that would show nothing when sent counts as empty', () => {
  for (const text of ['', ' ', '\u200b', '\u0000\u001b', '\u2060 \u3164\n', '\ufeff']) expect(isWritten(text), JSON.stringify(text)).toBe(false)
  expect(isWritten('\u0000a')).toBe(true)
  expect(writtenLine(' a\tb\u0000\r\nc ')).toBe('a b c')
})

test('a refusal is explained in a sentence, even if only its code was stored, and at its field', () => {
  for (const code of ['invalid_body', 'invalid_field']) expect(tProblem({ code })).not.toMatch(/:\s*$/)
  expect(tProblem({ code: 'invalid_field', title: 'subject: is too long' })).toBe('Subject: This is too long.')
  expect(tProblem({ code: 'invalid_field', title: 'elsewhere: is one of its own' })).toBe('Something isn’t filled in correctly. This value isn’t allowed.')
  expect(fieldOf({ code: 'invalid_field', title: 'subject: must not be empty' })).toEqual({ name: 'subject', why: 'Please fill this in.' })
  expect(fieldOf({ code: 'invalid_body', title: 'the text is not valid' })).toBeNull()
  expect(fieldOf({ code: 'stale', title: 'subject: x' })).toBeNull()
})
