// Creates a ticket with the files of its draft, when they are uploaded.

import type { Problem } from '../protocol/model.ts'
import type { Result } from '../rest/request.ts'
import { filesOf, NEW_TICKET, setFiles } from './draft-files.ts'
import { derivedSubject } from './derived-subject.ts'
import type { FileAccess } from './file-access.ts'

const CANCELLED: Problem = { status: 0, code: 'attachment_not_found', title: '', retry_after_ms: null, head: null }

/**
 * `create` gets the field of the request with the ids of the uploads, which is empty if the draft has no files, and a subject for a ticket
 * without a text.
 */
export async function withFiles<T>(access: FileAccess, create: (attachments: { readonly attachments?: string[] }, subject: string) => Promise<Result<T>>): Promise<Result<T>> {
  const chosen = filesOf(NEW_TICKET)
  if (chosen.length === 0) return create({}, '')
  const files = await access.load().catch(() => null)
  if (files === null) return { ok: false, problem: { ...CANCELLED, code: 'unreachable' } }
  const completion = await files.complete(chosen)
  if (completion.kind !== 'ready') return { ok: false, problem: completion.kind === 'refused' ? completion.problem : CANCELLED }
  const result = await create({ attachments: [...completion.ids] }, derivedSubject(chosen.map(({ name }) => name).join(', ')))
  if (result.ok) {
    setFiles(NEW_TICKET, filesOf(NEW_TICKET).filter(({ key }) => !chosen.some((one) => one.key === key)))
    files.release(chosen)
  } else if (result.problem.code === 'attachment_not_found') files.putBack(NEW_TICKET, chosen, true)
  return result
}
