// What the console knows about a settings screen before it loads the screen's code.

import type { ComponentType } from 'preact'
import type { Feature } from '../../../protocol/generated.ts'
import type { IconName } from '../../../ui/icon.tsx'
import type { ConsoleContext } from '../context.ts'

export interface ScreenProps {
  readonly context: ConsoleContext
  readonly isAdmin: boolean
  /** The part of the path that follows the screen's own path: `new`, an id, or empty. */
  readonly sub: string
}

export interface Screen {
  /** The screen's path below the console's path, without escapes, for example `settings/access-log`. */
  readonly path: string
  /** Returns the screen's title in the current language. */
  readonly title: () => string
  readonly icon: IconName
  /** The section of the navigation that lists the screen. */
  readonly group: 'desk' | 'team' | 'you'
  /** The screen's position in its group, ascending. */
  readonly order: number
  /** The role that a person needs to open the screen. Admins can open `staff` screens too. */
  readonly needs: 'staff' | 'admin'
  /** A feature that the server needs for this screen. Omitted if every supported server has it. */
  readonly feature?: Feature
  readonly load: () => Promise<ComponentType<ScreenProps>>
}
