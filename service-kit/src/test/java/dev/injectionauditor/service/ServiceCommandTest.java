package dev.injectionauditor.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

class ServiceCommandTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void shouldReturnTheExitCodeOfTheCommand() {
        assertThat(run(() -> 7)).isEqualTo(7);
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void shouldListAllBadSettingsAndExitWithTwo() {
        // When a command finds two settings bad
        int exitCode = run(() -> {
            Settings settings = new Settings();
            settings.text("--one", null);
            settings.port("--two", "x");
            settings.check();
            return 0;
        });

        // Then both are there, a line each
        assertThat(exitCode).isEqualTo(ServiceCommand.EXIT_BAD_SETTINGS).isEqualTo(2);
        assertThat(err.toString().lines())
                .containsExactly("--one: is missing", "--two: must be a whole number from 0 to 65535");
    }

    @Test
    void shouldTellAFailureInOneLineWithoutAStackTrace() {
        int exitCode = run(() -> {
            throw new IOException("no port", new IllegalStateException("taken\nby another"));
        });

        assertThat(exitCode).isEqualTo(1);
        assertThat(err.toString().lines())
                .containsExactly("cannot start: IOException: no port <- IllegalStateException: taken by another");
    }

    @Test
    void shouldTellAnErrorAndExitToo() {
        int exitCode = run(() -> {
            throw new ExceptionInInitializerError(new IllegalStateException("no library"));
        });

        assertThat(exitCode).isEqualTo(1);
        assertThat(err.toString().lines())
                .containsExactly("failed: ExceptionInInitializerError <- IllegalStateException: no library");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--pasword=hunter2", "hunter2", "--token=hunter2", "--name"})
    void shouldNotRepeatWhatMayBeASecret(String argument) {
        int exitCode = run(() -> 0, argument);

        assertThat(exitCode).isEqualTo(2);
        assertThat(err.toString())
                .doesNotContain("=hunter2")
                .doesNotStartWith("hunter2")
                .contains("--help");
    }

    @Test
    void shouldNameAnUnknownOption() {
        run(() -> 0, "--pasword=hunter2");

        assertThat(err.toString()).startsWith("unknown option: --pasword" + System.lineSeparator());
    }

    @Test
    void shouldExplainTheEnvironmentInTheHelp() {
        int exitCode = run(() -> 0, "--help");

        assertThat(exitCode).isZero();
        assertThat(out.toString())
                .contains("--name")
                .contains("Default: somebody")
                .contains("INJECTION_AUDITOR_NAME")
                .contains("INJECTION_AUDITOR_LOG_LEVEL")
                .doesNotContain("KAFKA");
    }

    @Test
    void shouldNotShowInTheHelpWhatTheEnvironmentHolds() {
        // Given a setting from the environment, which may hold a secret
        Map<String, String> environment = Map.of("INJECTION_AUDITOR_NAME", "hunter2");

        // Then the help shows the default
        run(() -> 0, environment, "--help");
        assertThat(out.toString()).contains("Default: somebody").doesNotContain("hunter2");
    }

    private int run(Callable<Integer> work, String... arguments) {
        return run(work, Map.of(), arguments);
    }

    private int run(Callable<Integer> work, Map<String, String> environment, String... arguments) {
        CommandLine commandLine = ServiceCommand.commandLine(new Probe(work), environment);
        return commandLine
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    @Command(name = "probe", mixinStandardHelpOptions = true)
    static final class Probe implements Callable<Integer> {

        private final Callable<Integer> work;

        @Option(names = "--name", defaultValue = "somebody", description = "Default: ${DEFAULT-VALUE}")
        @Nullable String name;

        Probe(Callable<Integer> work) {
            this.work = work;
        }

        @Override
        public Integer call() throws Exception {
            return work.call();
        }
    }
}
