// Renders icons. Each icon is next to a word or has a label.

import type { FILE_ICONS } from './file-icons.ts'
import { BASE_ICONS, type PAGE_ICONS } from './icons.ts'

export type IconName = keyof typeof BASE_ICONS | keyof typeof PAGE_ICONS | keyof typeof FILE_ICONS | 'clip' | 'camera'

const paths = new Map<string, string>(Object.entries(BASE_ICONS))

/** Registers icons that the first screen does not need. Called by each part of the app that uses such icons. */
export function addIcons(more: Readonly<Record<string, string>>): void {
  for (const [name, path] of Object.entries(more)) paths.set(name, path)
}

const PX_PER_REM = 16

/** `size` is in CSS pixels at the default font size. The icon grows with the font size. */
export function Icon({ name, size = 20 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg class={`glyph glyph-${name}`} viewBox="0 0 24 24" width={`${size / PX_PER_REM}rem`} height={`${size / PX_PER_REM}rem`} fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">
      <path d={paths.get(name)} />
    </svg>
  )
}
