// What a screen reader hears when much comes at once.

import { useEffect, useState } from 'preact/hooks'
import { t } from '../locales/index.ts'
import type { Row } from './rows.ts'

/** So many messages and changes are heard one by one. */
const HEARD = 3
const QUIET_MS = 1_500

/** Others' messages after this number of the history, with what else was changed if that counts too. */
export const othersAfter = (shown: readonly Row[], seq: number, hasChanges = false): number => shown.reduce((n, row) => (row.kind === 'item' && row.item.kind !== 'pending' && (row.item.kind === 'message' ? !row.item.mine : hasChanges) && row.item.event.seq > seq ? n + 1 : n), 0)

/** The newest number in the history; 0: there is none. */
export function newestSeq(shown: readonly Row[]): number {
  const newest = shown.findLast((row) => row.kind === 'item' && row.item.kind !== 'pending')
  return newest?.kind === 'item' && newest.item.kind !== 'pending' ? newest.item.event.seq : 0
}

/** More of them at once than one hears out: they are told by their number, once no more of them come. `isLive`: what comes now is read out. */
export function useFlood(shown: readonly Row[], isLive: boolean): { readonly isFlood: boolean; readonly told: string } {
  const newest = newestSeq(shown)
  const [from, setFrom] = useState(newest)
  const [told, setTold] = useState('')
  const n = isLive ? othersAfter(shown, from, true) : 0
  useEffect(() => {
    if (!isLive) setFrom(newest)
    if (!isLive || from === newest) return undefined
    // The next number is heard also when it is the same.
    setTold('')
    const timer = setTimeout(() => {
      setFrom(newest)
      setTold(n > HEARD ? t('timeline.latest_n', { n }) : '')
    }, QUIET_MS)
    return () => clearTimeout(timer)
  }, [isLive, from, newest, n])
  return { isFlood: n > HEARD, told }
}
