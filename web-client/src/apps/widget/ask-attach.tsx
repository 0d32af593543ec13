// The files of the first message, with their progress. Loaded with the first file.

import { useEffect, useLayoutEffect } from 'preact/hooks'
import type { DeskConfig } from '../../client/desk-config.ts'
import { filesOf, NEW_TICKET } from '../../client/draft-files.ts'
import type { FileAccess } from '../../client/file-access.ts'
import { createFirstFiles } from '../../client/first-files.ts'
import { Chips, take } from '../../ui/attach.tsx'
import type { AskFilesProps } from './ask-files-props.ts'

const TARGET = { draft: NEW_TICKET, ticket: null, internal: false, position: 0 }

interface AttachProps extends AskFilesProps {
  /** Files to add. Each list is added once. */
  readonly chosen: readonly File[]
  /** Returns the access to files that is in use, or makes one. */
  readonly access: (make: (desk: Promise<DeskConfig | null>) => FileAccess) => FileAccess
}

export function AskAttach({ first, user, rest, chosen, access: accessOr }: AttachProps) {
  const access = accessOr((desk) => createFirstFiles(user, rest, desk))
  useEffect(() => {
    if (chosen.length > 0) take(access, TARGET, chosen)
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- a new connection does not add the files again
  }, [chosen])
  const hasFiles = filesOf(NEW_TICKET).length > 0
  useLayoutEffect(() => { first.hasFiles.value = hasFiles }, [first, hasFiles])
  return <Chips access={access} target={TARGET} />
}
