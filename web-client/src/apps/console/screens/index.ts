// Which screens there are for a person, and which one an address names.

import type { Features } from '../../../protocol/model.ts'
import * as registry from './registry.ts'
import type { Screen } from './screen.ts'

export type { Screen, ScreenProps } from './screen.ts'

export const GROUPS = ['desk', 'team', 'you'] as const

const ALL: readonly Screen[] = Object.values(registry).toSorted((a, b) => GROUPS.indexOf(a.group) - GROUPS.indexOf(b.group) || a.order - b.order)

interface Reader {
  readonly isAdmin: boolean
  /** What the server knows; null: not told yet, and then every screen may be there. */
  readonly features: Features | null
}

/** In the order of the navigation. */
export function screensFor({ isAdmin, features }: Reader): readonly Screen[] {
  return ALL.filter(({ needs, feature }) => (needs === 'staff' || isAdmin) && (feature === undefined || features === null || features.includes(feature)))
}

export interface Found {
  readonly screen: Screen
  readonly sub: string
}

/** The screen at a place, be it for this person or not; null: none is there. */
export function screenAt(place: string): Found | null {
  const screen = ALL.find(({ path }) => place === path || place.startsWith(`${path}/`))
  return screen === undefined ? null : { screen, sub: place.slice(screen.path.length + 1) }
}
