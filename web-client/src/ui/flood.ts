// Limits what a screen reader says when many messages arrive at once.

import { useEffect, useState } from 'preact/hooks'
import { t } from '../locales/index.ts'
import type { Row } from './rows.ts'

/** Up to this many messages and changes are read out one by one. */
const HEARD = 3
const QUIET_MS = 1_500

/** Counts others' messages after `seq`. With `hasChanges`, changes of the ticket count too. */
export const othersAfter = (shown: readonly Row[], seq: number, hasChanges = false): number => shown.reduce((n, row) => (row.kind === 'item' && row.item.kind !== 'pending' && (row.item.kind === 'message' ? !row.item.mine : hasChanges) && row.item.event.seq > seq ? n + 1 : n), 0)

/** The newest sequence number in the history; 0 if it is empty. */
export function newestSeq(shown: readonly Row[]): number {
  const newest = shown.findLast((row) => row.kind === 'item' && row.item.kind !== 'pending')
  return newest?.kind === 'item' && newest.item.kind !== 'pending' ? newest.item.event.seq : 0
}

/** When more than `HEARD` rows arrive, `isFlood` is true and only their number is told, once no more arrive. `isLive`: whether new rows are read out now. */
export function useFlood(shown: readonly Row[], isLive: boolean): { readonly isFlood: boolean; readonly told: string } {
  const newest = newestSeq(shown)
  const [from, setFrom] = useState(newest)
  const [told, setTold] = useState('')
  const n = isLive ? othersAfter(shown, from, true) : 0
  useEffect(() => {
    if (!isLive) setFrom(newest)
    if (!isLive || from === newest) return undefined
    // Clear the text first, so that an equal number is read out again.
    setTold('')
    const timer = setTimeout(() => {
      setFrom(newest)
      setTold(n > HEARD ? t('timeline.latest_n', { n }) : '')
    }, QUIET_MS)
    return () => clearTimeout(timer)
  }, [isLive, from, newest, n])
  return { isFlood: n > HEARD, told }
}
