import type { FileAccess } from '../client/file-access.ts'
import type { FileTarget } from '../client/files.ts'

/** What the parts that attach files to a text get. */
export interface AttachProps {
  readonly access: FileAccess
  readonly target: FileTarget
}
