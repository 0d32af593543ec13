// The look of the widget inside the iframe. Options that the host page passes take precedence over the desk's settings. Colours come only
// from the host page, because the loader has already merged the desk's colour into the page's options.

import { computed, signal } from '@preact/signals'
import { givenLook, loadLook, mergedLook, NO_LOOK, type DeskLook } from '../../client/widget-desk.ts'
import { isObject, text } from '../../protocol/narrow.ts'

const desk = signal<DeskLook>(NO_LOOK)
const page = signal(givenLook({}))
/** Names of the custom CSS properties that this file has set on the root element. */
let set: readonly string[] = []

export const look = computed(() => mergedLook(desk.value, page.value))

const NAMES = /^--(brand|accent|mine)[a-z-]*$/
const COLOR = /^(#[\da-f]{6}|light-dark\(#[\da-f]{6}, #[\da-f]{6}\))$/

export function setPageLook(root: HTMLElement, given: Readonly<Record<string, unknown>>): void {
  page.value = givenLook(given)
  for (const name of set) root.style.removeProperty(name)
  const colors = isObject(given['colors']) ? Object.entries(given['colors']) : []
  set = colors.flatMap(([name, value]) => {
    const color = text(value) ?? ''
    if (!NAMES.test(name) || !COLOR.test(color)) return []
    root.style.setProperty(name, color)
    return [name]
  })
}

export function askDesk(): void {
  void loadLook().then((found) => { desk.value = found })
}
