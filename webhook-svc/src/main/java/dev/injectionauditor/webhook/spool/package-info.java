/**
 * Where events wait for Kafka: a bounded queue of byte records that outlives the process, however it ends.
 *
 * <p>For: {@code events}, which knows what the bytes are. May touch: one folder, which belongs to one process at a
 * time. Data comes in from the threads that answer and goes out, in the order it came, to the one thread that sends.
 *
 * <p>Records are written into files that are mapped into memory. Once
 * {@link dev.injectionauditor.webhook.spool.Spool#append append} has returned, a record is in the kernel's page cache:
 * SIGKILL or a lack of memory cannot take it away, but a crash of the machine can. Nothing is forced to the disk (no
 * fsync), so that no answer waits for that; the kernel writes it there by itself, on Linux within about half a minute.
 * An answer that writes to a page which is on its way to the disk waits all the same: a folder in memory (tmpfs) is
 * best. The files are of one size and filled with zeros beforehand by a thread of the spool, so that a full disk is
 * noticed there and not while answering; without a disk, records wait in memory.
 *
 * <p>{@code Segment} is one such file, {@code SegmentFolder} makes and finds them, {@code SegmentSupply} has the next
 * one ready and deletes old ones, {@code SegmentReader} takes records out, {@code Spool} is the queue.
 */
@NullMarked
package dev.injectionauditor.webhook.spool;

import org.jspecify.annotations.NullMarked;
