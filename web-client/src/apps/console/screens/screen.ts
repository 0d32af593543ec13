// What the console needs to know of a screen before it is fetched.

import type { ComponentType } from 'preact'
import type { Feature } from '../../../protocol/generated.ts'
import type { IconName } from '../../../ui/icon.tsx'
import type { ConsoleContext } from '../context.ts'

export interface ScreenProps {
  readonly context: ConsoleContext
  readonly isAdmin: boolean
  /** What follows the screen's own path: `new`, an id, or nothing. */
  readonly sub: string
}

export interface Screen {
  /** Below the console's address, unescaped: `settings/access-log`. */
  readonly path: string
  /** In the language that is chosen. */
  readonly title: () => string
  readonly icon: IconName
  /** Where it stands in the navigation. */
  readonly group: 'desk' | 'team' | 'you'
  /** Among its group, from the top. */
  readonly order: number
  /** Who may open it. */
  readonly needs: 'staff' | 'admin'
  /** What the server must know for it; absent: every server does. */
  readonly feature?: Feature
  readonly load: () => Promise<ComponentType<ScreenProps>>
}
