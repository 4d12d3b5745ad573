package dev.injectionauditor.bench.webhook;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Runs {@code wrk}, which sends the recorded reviews in turn over connections that it keeps. */
final class Wrk {

    private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
    private static final Pattern ANSWERS = Pattern.compile("(\\d+) requests in ");
    private static final Pattern PERCENTILE = Pattern.compile("\\s+(50|99)%\\s+([0-9.]+)(us|ms|s)\\b");
    private static final Pattern BAD = Pattern.compile("(Non-2xx or 3xx responses: \\d+|Socket errors: .*)");

    private final Path script;

    /**
     * What a run showed.
     *
     * @param answers how many came
     * @param perSecond answers per second
     * @param p50 half of the answers took no longer, in milliseconds
     * @param p99 99 of 100 answers took no longer, in milliseconds
     * @param bad what went wrong, empty if nothing did
     */
    record Result(long answers, double perSecond, double p50, double p99, String bad) {}

    /** @param folder where its script is put */
    Wrk(Path folder, List<Path> reviews) throws IOException {
        String files = reviews.stream()
                .map(file -> "\"" + file.toAbsolutePath() + "\"")
                .collect(Collectors.joining(", "));
        script = Files.writeString(folder.resolve("reviews.lua"), """
                local requests = {}
                local turn = 0
                function init()
                  for i, name in ipairs({%s}) do
                    local file = io.open(name, "rb")
                    local headers = {["Content-Type"] = "application/json", ["User-Agent"] = "kube-apiserver-admission"}
                    requests[i] = wrk.format("POST", nil, headers, file:read("*a"))
                    file:close()
                  end
                end
                function request()
                  turn = turn %% #requests + 1
                  return requests[turn]
                end
                """.formatted(files));
    }

    /** @throws IOException if it is not installed */
    static void require() throws IOException, InterruptedException {
        try {
            new ProcessBuilder("wrk", "-v").redirectErrorStream(true).start().waitFor();
        } catch (IOException e) {
            throw new IOException("wrk was not found on the PATH. Install it, for instance the Debian package wrk.", e);
        }
    }

    Result run(String url, int connections, Duration time) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        "wrk",
                        "--threads=1",
                        "--connections=" + connections,
                        "--duration=" + time.toSeconds() + "s",
                        "--timeout=10s",
                        "--latency",
                        "--script=" + script,
                        url)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        Matcher rate = RATE.matcher(output);
        Matcher answers = ANSWERS.matcher(output);
        if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0 || !rate.find() || !answers.find()) {
            throw new IOException("wrk failed:\n" + output);
        }
        Matcher bad = BAD.matcher(output);
        return new Result(
                Long.parseLong(answers.group(1)),
                Double.parseDouble(rate.group(1)),
                percentile(output, "50"),
                percentile(output, "99"),
                bad.find() ? bad.group(1) : "");
    }

    private static double percentile(String output, String which) throws IOException {
        Matcher percentile = PERCENTILE.matcher(output);
        while (percentile.find()) {
            if (percentile.group(1).equals(which)) {
                double value = Double.parseDouble(percentile.group(2));
                return switch (percentile.group(3)) {
                    case "us" -> value / 1000;
                    case "ms" -> value;
                    case "s" -> value * 1000;
                    default -> throw new IllegalStateException("the pattern allows no other unit");
                };
            }
        }
        throw new IOException("wrk told no percentile " + which + ":\n" + output);
    }
}
