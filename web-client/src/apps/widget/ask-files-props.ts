import type { FileAccess } from '../../client/file-access.ts'
import type { FirstMessage } from '../../client/first-message.ts'
import type { FirstRest } from '../../client/person.ts'

export interface AskFilesProps {
  readonly first: Pick<FirstMessage, 'hasFiles'>
  readonly user: string
  readonly rest: FirstRest
  /** The access to files of the person's live connection, if there is one. */
  readonly joined: FileAccess | undefined
}
