import { describe, expect, test } from 'vitest'
import { memoryStorage } from '../src/app/browser.ts'
import { written } from '../src/app/written.ts'
import { language, setLanguage } from '../src/strings/index.ts'
import { keyFor } from '../src/ui/new-ticket.tsx'

test('pasted control characters do not have a text refused', () => {
  expect(written('a\r\nb\rc\vd\fe\u0085f\u0000\u001b[31mg\u007f\u009b\th\n')).toBe('a\nb\nc\nd\ne\nf[31mg\th\n')
  expect(written('שלום \u200f🎉 \u{1f469}\u200d\u{1f4bb}')).toBe('שלום \u200f🎉 \u{1f469}\u200d\u{1f4bb}')
})

describe('a new ticket', () => {
  test('is the same one when it is sent again after a reload, and another one when its text is', () => {
    const storage = memoryStorage()
    const kept = () => ({ read: () => storage.getItem('key') ?? '', write: (next: string) => storage.setItem('key', next) })
    const first = keyFor('{"subject":"a"}', kept())
    expect(keyFor('{"subject":"a"}', kept())).toBe(first)
    expect(keyFor('{"subject":"b"}', kept())).not.toBe(first)
  })
})

test('the language that was chosen last holds, however long its tables take', async () => {
  const slow = setLanguage('ar')
  await setLanguage('en')
  await slow
  expect(language()).toBe('en')
})
