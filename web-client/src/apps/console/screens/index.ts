// The screens that a person can open, and the lookup of a screen by its path.

import type { Features } from '../../../protocol/model.ts'
import * as registry from './registry.ts'
import type { Screen } from './screen.ts'

export type { Screen, ScreenProps } from './screen.ts'

export const GROUPS = ['desk', 'team', 'you'] as const

const ALL: readonly Screen[] = Object.values(registry).toSorted((a, b) => GROUPS.indexOf(a.group) - GROUPS.indexOf(b.group) || a.order - b.order)

interface Reader {
  readonly isAdmin: boolean
  /** Features of the server; null until it has told them, and then every screen is offered. */
  readonly features: Features | null
}

/** The screens for a reader, in the order of the navigation. */
export function screensFor({ isAdmin, features }: Reader): readonly Screen[] {
  return ALL.filter(({ needs, feature }) => (needs === 'staff' || isAdmin) && (feature === undefined || features === null || features.includes(feature)))
}

export interface Found {
  readonly screen: Screen
  readonly sub: string
}

/** The screen at a path, whether or not the person may open it; null if there is none. */
export function screenAt(place: string): Found | null {
  const screen = ALL.find(({ path }) => place === path || place.startsWith(`${path}/`))
  return screen === undefined ? null : { screen, sub: place.slice(screen.path.length + 1) }
}
