// What the console knows about a screen before its code is fetched.

import type { ComponentType } from 'preact'
import type { Feature } from '../../../protocol/generated.ts'
import type { IconName } from '../../../ui/icon.tsx'
import type { ConsoleContext } from '../context.ts'

export interface ScreenProps {
  readonly context: ConsoleContext
  readonly isAdmin: boolean
  /** The rest of the path after the screen's own: `new`, an id, or empty. */
  readonly sub: string
}

export interface Screen {
  /** Path below the console's, unescaped, for example `settings/access-log`. */
  readonly path: string
  /** The title in the current language. */
  readonly title: () => string
  readonly icon: IconName
  /** Section of the navigation. */
  readonly group: 'desk' | 'team' | 'you'
  /** Position in its group, ascending. */
  readonly order: number
  /** The role that may open the screen. */
  readonly needs: 'staff' | 'admin'
  /** A feature that the server must have; absent if every server has it. */
  readonly feature?: Feature
  readonly load: () => Promise<ComponentType<ScreenProps>>
}
