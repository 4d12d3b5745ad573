package dev.injectionauditor.bench;

import dev.injectionauditor.localstack.LocalPostgres;
import java.io.IOException;
import java.time.Duration;
import java.util.stream.Stream;

/** CPU time of this process and of PostgreSQL: other than time on the wall, it hardly depends on what else runs. */
public final class CpuClock {

    private static final double NANOS = 1e9;

    private final ProcessHandle postmaster;

    /**
     * CPU time in seconds.
     *
     * @param self of this process, so of the broker, too, if that runs in it
     * @param postgres of the server with all its sessions
     */
    public record Spent(double self, double postgres) {

        /** What was spent since then. */
        public Spent minus(Spent earlier) {
            return new Spent(self - earlier.self, postgres - earlier.postgres);
        }
    }

    /** A clock of this server. */
    public CpuClock(LocalPostgres postgres) throws IOException {
        this.postmaster = ProcessHandle.of(postgres.pid()).orElseThrow();
    }

    /** CPU time so far; of sessions that have ended it may be missing, so measure while they last. */
    public Spent now() {
        return new Spent(
                seconds(ProcessHandle.current()),
                Stream.concat(Stream.of(postmaster), postmaster.descendants())
                        .mapToDouble(CpuClock::seconds)
                        .sum());
    }

    private static double seconds(ProcessHandle process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / NANOS;
    }
}
