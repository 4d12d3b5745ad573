package dev.injectionauditor.bench.webhook;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What Linux tells of a process. @param pid its id */
record ProcessFigures(long pid) {

    /** Linux counts the time of a process in hundredths of a second, on all its common platforms. */
    private static final long MICROS_OF_A_TICK = 10_000;

    private static final int USER_TIME = 11;
    private static final int SYSTEM_TIME = 12;

    /** The most memory it has had resident so far, in MiB. */
    long peakMebibytes() throws IOException {
        return status("VmHWM:");
    }

    /** The memory it has resident now, in MiB. */
    long mebibytes() throws IOException {
        return status("VmRSS:");
    }

    private long status(String name) throws IOException {
        return Files.readAllLines(file("status")).stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElseThrow(() -> new IOException("no " + name + " of process " + pid));
    }

    /** The processor time it has used so far, in microseconds. */
    long cpuMicros() throws IOException {
        String stat = Files.readString(file("stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME])) * MICROS_OF_A_TICK;
    }

    private Path file(String name) {
        return Path.of("/proc", String.valueOf(pid), name);
    }
}
