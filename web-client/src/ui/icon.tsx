// The signs that stand for words; the words are beside them or in their labels.

import { BASE_ICONS, type PAGE_ICONS } from './icons.ts'

export type IconName = keyof typeof BASE_ICONS | keyof typeof PAGE_ICONS

const paths = new Map<string, string>(Object.entries(BASE_ICONS))

/** Those that a first screen does without join with the part that needs them. */
export function addIcons(more: Readonly<Record<string, string>>): void {
  for (const [name, path] of Object.entries(more)) paths.set(name, path)
}

const PX_PER_REM = 16

/** `size` in CSS pixels where letters have their usual size: it grows with them. */
export function Icon({ name, size = 20 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg class={`glyph glyph-${name}`} viewBox="0 0 24 24" width={`${size / PX_PER_REM}rem`} height={`${size / PX_PER_REM}rem`} fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">
      <path d={paths.get(name)} />
    </svg>
  )
}
