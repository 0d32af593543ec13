// The part of REST that reads the access log: of a screen that is fetched when it is opened.

import { decodeAccessActions, decodeAccessPage } from '../protocol/decoders/admin.ts'
import type { AccessActions, AccessPage } from '../protocol/generated.ts'
import type { Rest } from './client.ts'
import { requestFile } from './file.ts'
import type { Result } from './request.ts'

/** Of the access log; what is absent filters nothing. */
export interface AccessQuery {
  /** A person's id. */
  readonly user?: string
  readonly action?: readonly string[]
  /** A ticket's id or number. */
  readonly ticket?: string
  /** True: only what was refused; false: only what was done. */
  readonly refused?: boolean
  /** Of this time or later, ISO 8601. */
  readonly from?: string
  /** Before this time. */
  readonly to?: string
  readonly cursor?: string
  readonly limit?: number
}

export interface AccessLogRest {
  /** Admins: a page, the newest first. It may be short, or empty, and have a next one. */
  accessLog(query: AccessQuery): Promise<Result<AccessPage>>
  /** Admins: the same entries in CSV, without the limit of a page. */
  accessLogFile(query: AccessQuery): Promise<Result<File>>
  /** Admins: the names of what is recorded. */
  accessLogActions(): Promise<Result<AccessActions>>
}

export function createAccessLogRest({ request }: Pick<Rest, 'request'>): AccessLogRest {
  return {
    accessLog: (query) => request(`/v1/access-log?${accessParams(query)}`, {}, decodeAccessPage),
    accessLogFile: (query) => requestFile(request, `/v1/access-log/export?${accessParams(query)}`, 'access-log.csv'),
    accessLogActions: () => request('/v1/access-log/actions', {}, decodeAccessActions),
  }
}

function accessParams(query: AccessQuery): URLSearchParams {
  return new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]))
}
