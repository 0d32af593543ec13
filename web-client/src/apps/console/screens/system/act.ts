// What the parts of the screen use to change background work.

import type { JobsRest, Result } from '../../../../client/jobs.ts'

/** A question that is asked before a change that loses something, or that cannot be undone. */
export interface Ask {
  readonly title: string
  readonly what: string
  /** The verb on the button that confirms. */
  readonly action: string
  readonly isDanger: boolean
  readonly run: () => void
}

export interface Act {
  /** The key of the change that is in progress, or null. */
  readonly busy: string | null
  ask(ask: Ask): void
  /** Sends a change, closes the question, and says `told` if the server has accepted it. */
  send<T>(key: string, call: (rest: JobsRest) => Promise<Result<T>>, told: string | ((value: T) => string)): Promise<void>
}
