// Says which settings screens a person can open, and finds a screen by its path.

import type { Features } from '../../../protocol/model.ts'
import * as registry from './registry.ts'
import type { Screen } from './screen.ts'

export type { Screen, ScreenProps } from './screen.ts'

export const GROUPS = ['desk', 'team', 'you'] as const

const ALL: readonly Screen[] = Object.values(registry).toSorted((a, b) => GROUPS.indexOf(a.group) - GROUPS.indexOf(b.group) || a.order - b.order)

interface Reader {
  readonly isAdmin: boolean
  /** The server's features. Null until the server has sent them; until then every screen is offered. */
  readonly features: Features | null
}

/** The settings screens that this person can open, in the order of the navigation. */
export function screensFor({ isAdmin, features }: Reader): readonly Screen[] {
  return ALL.filter(({ needs, feature }) => (needs === 'staff' || isAdmin) && (feature === undefined || features === null || features.includes(feature)))
}

export interface Found {
  readonly screen: Screen
  readonly sub: string
}

/** Finds the screen at a path, even if the person may not open it. Null if no screen has that path. */
export function screenAt(place: string): Found | null {
  const screen = ALL.find(({ path }) => place === path || place.startsWith(`${path}/`))
  return screen === undefined ? null : { screen, sub: place.slice(screen.path.length + 1) }
}
