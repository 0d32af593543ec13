// Puts the names and codes of the readiness checks into words. A name or code that this client does not know, because the server is newer,
// is shown as the server sends it.

import type { SystemCheck } from '../../../../protocol/generated.ts'
import en from './locales/en.json'
import { s } from './strings.ts'

type Key = keyof typeof en

const isKey = (key: string): key is Key => Object.hasOwn(en, key)
const plain = (word: string) => word.replaceAll('_', ' ')

export function checkName({ name }: SystemCheck): string {
  const key = `system.check.${name}`
  return isKey(key) ? s(key) : plain(name)
}

/**
 * Says what the check's state means and what to do. If no text exists for the check's code, shows the code (for a failing check) or says
 * what the check is for (for a passing check).
 */
export function checkWords({ name, state, code }: SystemCheck): string {
  const keys = [`system.why.${name}.${code ?? ''}`, `system.why.${code ?? ''}`]
  const found = code === null ? undefined : keys.find(isKey)
  if (found !== undefined && isKey(found)) return s(found)
  if (state !== 'ok' && code !== null) return plain(code)
  const about = `system.about.${name}`
  return isKey(about) ? s(about) : ''
}
