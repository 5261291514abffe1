import { describe, expect, it } from 'vitest'
import { conform } from '../../src-main/conform/conform'
import { factOf, NOT_COMPARED } from '../../src-main/conform/evidence/registry'
import { readObservations } from '../../src-main/conform/observation/observation'
import { OPERATIONS } from '../../src-main/sim/operations/registry'

const KERNELS = ['Linux 6.1.192 (Debian 6.1.192-2, amd64)', 'Linux 6.12.117 (Debian 6.12.117-1~deb12u1, amd64)']

/** What becomes of set-up and action that nobody observed: empty where a lab was made of them and ran. */
function refusals(area: string, setup: string, action: string): readonly string[] {
  const observed = { result: '0', errno: '0', elapsed_ms_class: 'immediate' }
  const read = readObservations(JSON.stringify(KERNELS.map((kernel) => ({ id: 'x', area, setup, action, kernel, observed }))), 'x.json')
  if (!read.ok) return read.refusal.map(({ message }) => message)
  return read.value.map(conform).filter(({ lab, verdict }) => lab === null || verdict === 'not-modelled').map(({ reason }) => reason)
}

/** The system calls of the vocabulary (section 7), by the words that labs have for them: those that name no object. */
const CALLS = [
  'uring-register', 'uring-unregister', 'uring-close', 'ibv-reg', 'ibv-dereg', 'xdp-register', 'xdp-close', 'socket', 'vmsplice', 'read-pipe', 'odirect-read', 'odirect-write', 'process-vm-read',
  'process-vm-write', 'proc-mem-write', 'mlock', 'ftruncate', 'truncate', 'fallocate', 'pread', 'pwrite', 'read', 'fsync', 'sync', 'stat', 'fstat', 'statx', 'open', 'close', 'dup', 'exit', 'create', 'rename', 'link',
  'unlink', 'chmod', 'mmap', 'munmap', 'mprotect', 'mremap', 'madvise', 'fadvise', 'load', 'store', 'fill-fs', 'fork', 'device-read', 'device-write', 'kill', 'wait', 'setlease', 'getlease', 'move-pages', 'mbind',
  'migrate-pages', 'memory-block', 'reflink', 'set-xflag', 'drop-caches', 'umount', 'unbind', 'rdma-write', 'rdma-read', 'send', 'post-recv', 'fetch-add', 'dereg', 'rereg', 'bind-mw', 'dealloc-pd', 'sysfs-look', 'modprobe', 'mount',
]

it('every call of the vocabulary is an operation of labs', () => {
  const words = new Set(OPERATIONS.map(({ word }) => word))
  expect(CALLS.filter((word) => !words.has(word))).toEqual([])
})

const FILE = 'file fs=ext4dax size=64K map=shared'
const ANON = 'map kind=anon pages=16'
const LEASED = 'file fs=tmpfs size=5; lease-break-time value=3s; holder: open flags=O_RDWR; holder: setlease type=F_RDLCK; holder: on-break do=release after=800ms'
const PAIRS = 'qp name=a role=requester pd=1 access=none; qp name=b role=responder pd=2 access=remote-write+remote-read+remote-atomic retry_cnt=1 rnr_retry=1; mr name=l qp=a pd=1 access=local-write fill=L; mr name=r qp=b pd=2 range=0+16K access=local-write+remote-write+remote-read+remote-atomic+mw-bind fill=R'

/** Set-up and action with each word and key of sections 3 and 7, none of them an observation that is kept here. */
const SAID: readonly (readonly [area: string, setup: string, action: string])[] = [
  ['gup', ANON, 'uring-register range=0+16K ring=other; uring-unregister ring=other'],
  ['gup', 'map kind=thp pages=512 node=1 zone=movable fill=Q', 'uring-register; uring-close'],
  ['gup', 'map kind=hugetlb pages=512', 'ibv-reg access=local-write+remote-write mr=m times=2'],
  ['gup', 'caller uid=1000 caps=none; rlimit memlock=64K; map kind=memfd pages=4', 'ibv-reg access=none range=4K+8K mr=m; ibv-dereg mr=m'],
  ['gup', 'map kind=shmem-anon-untouched pages=4', 'xdp-register; xdp-close'],
  ['gup', 'swap state=none; map kind=secretmem pages=4', 'vmsplice range=0+8K flags=SPLICE_F_GIFT; read-pipe bytes=10'],
  ['gup', 'map kind=tmpfs-private-cowed pages=8', 'odirect-write pages=2+4 dev=ram'],
  ['gup', 'map kind=xfs-shared-rofd pages=8', 'odirect-read range=0+4K dev=ram'],
  ['gup', 'map kind=ext4-private-none pages=8', 'process-vm-read range=0+4K; process-vm-write range=4K+4K; proc-mem-write range=0+1'],
  ['gup', 'map kind=pci-bar pages=1', 'mlock range=0+4K'],
  ['memlock', 'caller uid=7', 'socket family=AF_XDP'],
  ['gup', 'map kind=half-unmapped pages=16', 'madvise advice=pageout pages=0+4'],
  ['gup', 'map kind=half-anon-half-ext4shared pages=16', 'mprotect range=0+8K prot=r; munmap range=8K+4K'],
  ['truncate', `${FILE}; hold kind=vmsplice range=0+64K for=1500ms`, 'fallocate mode=collapse range=0+16K; other-thread: pread range=0+4K at=300ms; other-process: stat at=500ms; kill who=task sig=SIGUSR1 handler=restart at=700ms'],
  ['truncate', `${FILE}; hold kind=uring-odirect-read range=0+4K; waiting: fallocate mode=zero range=0+8K`, 'other-thread: load offset=4K at=300ms observe; other-thread: fsync'],
  ['truncate', `${FILE}; hold kind=odirect-write range=0+4K for=1500ms`, 'open flags=O_RDWR|O_TRUNC'],
  ['truncate', `${FILE}; hold kind=vmsplice for=1500ms`, 'truncate size=4K; statx; fstat'],
  ['truncate', 'file fs=xfsdax size=64K layout=unwritten map=none', 'fallocate mode=alloc range=64K+64K; fallocate mode=insert range=0+4K; pwrite range=5K+10 byte=Z'],
  ['truncate', 'file fs=tmpfs size=64K fill=C', 'read bytes=512; ftruncate size=0; sync'],
  ['truncate', 'file fs=xfsdax size=1M map=shared; hold kind=vmsplice range=0+4K for=3s', 'munmap; close; unlink observe; sync; fill-fs byte=N; wait for=10ms; read-pipe'],
  ['dax-fs', 'dir fs=xfsrl xflag=1', 'create size=8K; statx; set-xflag dax=0; drop-caches; statx'],
  ['dax-fs', 'file fs=xfsrl size=64K xflag=1 dax=0 name=f owner=0 mode=0600', 'chmod mode=0644; rename; link; unlink'],
  ['dax-fs', 'blockdev dev=pmem; mkfs fs=xfs reflink=0', 'mount opts=dax'],
  ['dax-fs', 'mount fs=xfs reflink=1 opts=dax dev=pmem; file name=f size=64K fill=A; reflink of=f to=g; g: mmap name=y prot=rw flags=MAP_SHARED range=0+64K', 'y: store pages=even byte=Y; reflink of=g to=h; umount'],
  ['dax-fs', 'devdax align=2M size=16M; mmap flags=MAP_SHARED_VALIDATE|MAP_SYNC range=0+4M prot=rw name=x', 'x: store offset=0 byte=1; load offset=0; unbind driver=device_dax look=before-release'],
  ['dax-fs', 'mount fs=xfsrl opts=dax dev=pmem; file fs=xfsrl size=8K', 'mmap flags=0x800000 range=0+8K'],
  ['dax-fault', 'file fs=ext4dax size=64K layout=hole; mmap name=x flags=MAP_PRIVATE prot=rw range=0+64K', 'store-every-page threads=3; load pages=0+2'],
  ['fork-cow', `${ANON}; hold kind=uring pages=0+4; fork`, 'parent: store offset=0 byte=P; child: load offset=1; holder: device-read; holder: device-write byte=D; child: exit'],
  ['fork-cow', `${ANON}; madvise advice=dofork pages=0+4; hold kind=fork-child-touched`, 'mremap pages=32; madvise advice=dontneed pages=0+2'],
  ['lease', LEASED, 'other-process: open flags=O_WRONLY; holder: getlease'],
  ['lease', 'file fs=tmpfs size=5; lease-break-time value=0; a: open flags=O_RDONLY; b: dup of=a; signal-handler sig=SIGIO handler=no-restart', 'b: setlease type=2; a: close; b: setlease type=F_UNLCK'],
  ['lease', 'pipe; a: open flags=O_RDONLY', 'a: setlease type=F_WRLCK; a: getlease'],
  ['migration', 'node id=2 memory=offline size=512M; map kind=anon pages=8 node=0; hold kind=mlock pages=0+8', 'move-pages pages=0+8 to=even:0,odd:1 flags=MOVE entry3=unmapped entry5=page1'],
  ['migration', 'map kind=anon pages=8 node=0; hold kind=ibv-mr pages=0+1', 'mbind policy=bind node=1 flags=MOVE; migrate-pages from=0 to=1'],
  ['migration', 'map kind=anon pages=8 node=0; hold kind=xdp', 'third-process: move-pages pages=0+4 to=0-1:0,2-3:7 flags=MOVE_ALL'],
  ['migration', 'node id=2 memory=offline size=512M', 'memory-block write=online_movable; memory-block write=offline'],
  ['migration', 'map kind=ext4-shared-ro pages=16; hold kind=none', 'madvise advice=soft-offline pages=0+1; madvise advice=remove range=0+4K; fadvise advice=dontneed pages=4+4'],
  ['rdma', PAIRS, 'a: rdma-write len=16 local=l+0 remote=r+4096 wr=1; a: rdma-read len=16 local=l+0 remote=r+0 rkey=bad wr=2; b: post-recv len=64 local=r+0 wr=3; a: send len=8 local=l+0 lkey=bad wr=4; a: fetch-add add=1 local=l+0 remote=r+8 wr=5'],
  ['rdma', `${PAIRS}; bind-mw name=w mr=r range=0+4K access=remote-write`, 'a: rdma-write len=16 local=l+0 remote=r+0 rkey=w wr=1; dereg mr=r; rereg mr=l change=access access=local-write; dealloc-pd pd=1'],
  ['rdma', PAIRS, 'munmap mr=r; mmap at=r fill=Z; store mr=r offset=0 byte=Q; a: rdma-write len=16 local=l+0 remote=r+0 rkey=stale wr=1'],
  ['config', 'nvme cmb=64M; config name=CONFIG_PCI_P2PDMA value=y', 'sysfs-look path=p2pmem; modprobe name=test_hmm'],
]

describe('a clause of the vocabulary has a lab, whoever observed it', () => {
  it.each(SAID)('%s: %s >> %s', (area, setup, action) => { expect(refusals(area, setup, action)).toEqual([]) })
})

/** Counters of section 8.2. */
const COUNTERS = [
  'pages', 'pin_acquired', 'pin_released', 'pin_released_by_call', 'pin_released_after_unregister', 'pin_released_after_dereg', 'pin_released_after_close', 'VmPin_kB', 'VmLck_kB', 'unregister', 'dereg',
  'pgmigrate_success', 'pgmigrate_fail', 'pgmigrate_fail_seen', 'pipe_sees', 'returned', 'pipe_byte0', 'pipe_byte', 'io_result', 'file_byte0_after', 'file_byte0_end', 'handler_runs', 'ms_from_signal_to_exit',
  'punch_elapsed_ms', 'filled_MiB', 'fill_done_ms', 'status', 'placement_before', 'placement_after', 'held_pages_placement', 'after_release_result', 'after_release_status', 'not_moved', 'resident_after', 'still_cached',
  'byte0_kept', 'zone', 'signal_delivered', 'si_fd_is_lease_fd', 'si_code', 'getlease_while_breaking', 'getlease', 'getlease_after', 'holder_setlease_result', 'signal', 'second_signal', 'lost_bytes_in_mapping',
  'lost_bytes_in_file', 'nonzero_junk', 'zero_reads', 'stores_seen_through_X', 'blocks_after_reads', 'blocks_after_32_stores', 'byte_after_shrink', 'byte_after_grow', 'mapping_sees', 'flag', 'statx_dax',
  'statx_dax_while_open', 'clone_before', 'clone_after', 'clone_byte', 'original_before', 'original_after', 'original_byte', 'holder_sees_byte0', 'holder_sees_byte1', 'parent_byte0', 'parent_byte4095', 'child_byte17',
  'io_wrote_byte0', 'mapping_byte0_after', 'completions', 'later', 'qp_requester_after', 'qp_responder_after', 'target_byte', 'local_byte0', 'rereg_errno', 'rkey', 'dereg_errno', 'dealloc_pd_errno', 'bind',
  'touch_mapping_during_or_just_after', 'touch_mapping_at_end', 'open_device_after', 'mmap_old_fd_after', 'pread', 'pwrite', 'fsync', 'create', 'odirect_result', 'dereg_result', 'nvme_controllers_found', 'cmb_attribute',
]

it('every counter of the vocabulary is read from runs, or not to be compared', () => {
  expect(COUNTERS.filter((counter) => factOf(counter) === undefined && !NOT_COMPARED.has(counter))).toEqual([])
})
