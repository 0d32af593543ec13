// The REST calls about people who were deleted on the operator's platform. The team screen loads this file when it is opened.

import { decodeErasureView } from '../protocol/decoders/admin.ts'
import type { ErasureView } from '../protocol/generated.ts'
import { nothing, type Rest } from './client.ts'
import type { Result } from './request.ts'

/** All calls are only for admins, on a server with the feature `erasures`. */
export interface ErasuresRest {
  list(): Promise<Result<ErasureView>>
  /** Erases the person's data, or keeps the person, who is then not proposed again. */
  decide(person: string, erase: boolean): Promise<Result<null>>
}

export function createErasuresRest({ request }: Pick<Rest, 'request'>): ErasuresRest {
  return {
    list: () => request('/v1/erasures', {}, decodeErasureView),
    decide: async (person, erase) => nothing(await request(`/v1/erasures/${encodeURIComponent(person)}`, { method: 'PUT', body: { erase } }, () => true)),
  }
}
