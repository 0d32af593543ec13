// Collects what a reader sees of rendered components, without a browser.

import type { ComponentChildren } from 'preact'
import { isObject } from '../../src/protocol/narrow.ts'

export interface Shown {
  /** All readable text in order, including text that the browser adds, such as the number of a list item. */
  readonly text: string
  /** How many elements of each kind were rendered. */
  readonly kinds: ReadonlyMap<string, number>
  /** The addresses of links whose text differs from their address. */
  readonly hrefs: readonly string[]
}

export function shownOf(node: ComponentChildren): Shown {
  const kinds = new Map<string, number>()
  const hrefs: string[] = []
  const read = (one: unknown, isOrdered: boolean): string => {
    if (one === null || one === undefined || typeof one === 'boolean') return ''
    if (typeof one === 'string' || typeof one === 'number') return String(one)
    if (Array.isArray(one)) return one.map((each) => read(each, isOrdered)).join('')
    if (!isObject(one) || !isObject(one['props'])) throw new Error(`not to be read: ${String(one)}`)
    const { type, props } = one
    if (props['class'] === 'hidden') return ''
    const inner = read(props['children'], type === 'ol')
    if (typeof type !== 'string') return inner
    kinds.set(type, (kinds.get(type) ?? 0) + 1)
    if (type === 'a' && String(props['href']) !== inner) hrefs.push(String(props['href']))
    if (type === 'li' && isOrdered) return `\n${String(props['value'] ?? '')} ${inner}`
    return type === 'br' || type === 'p' || type === 'pre' || type === 'li' || type === 'blockquote' ? `\n${inner}\n` : inner
  }
  return { text: read(node, false), kinds, hrefs }
}
