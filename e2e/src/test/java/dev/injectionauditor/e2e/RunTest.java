package dev.injectionauditor.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code ./run} makes of a command line. JDK and Maven are stand-ins that say how they were called. */
class RunTest {

    @TempDir
    Path folder;

    private Path run;
    private Path caller;

    @BeforeEach
    void make() throws IOException {
        run = Files.copy(
                Path.of("..", "run"),
                Files.createDirectories(folder.resolve("repository")).resolve("run"));
        caller = Files.createDirectories(folder.resolve("caller"));
        script("javac", "echo javac 25.0.1; touch '" + folder.resolve("asked") + "'");
        script("java", "echo \"java $$ in $PWD:\" \"$@\"");
        script("mvn", "echo mvn \"$@\"");
    }

    private void script(String name, String text) throws IOException {
        Path script = Files.createDirectories(folder.resolve("jdk/bin")).resolve(name);
        Files.writeString(script, "#!/bin/sh\n" + text + "\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo", "webhook", "auditor", "import"})
    void shouldLeaveItsPlaceToAProgramThatRunsWhereItWasCalled(String command) throws Exception {
        // Given a command and a file of the caller
        Result result = run(command, "some.file");

        // Then the program is the process that was started, and finds its own files and the caller's
        assertThat(result.output())
                .startsWith("java " + result.pid() + " in " + caller + ":")
                .contains(folder.resolve("repository") + "/")
                .endsWith(" some.file\n");
    }

    @Test
    void shouldTakeFilesOfTheE2eTestsFromWhereItWasCalled() throws Exception {
        Files.writeString(caller.resolve("config"), "");
        Files.writeString(caller.resolve("audit.log"), "");

        assertThat(run("e2e", "--kubeconfig=config", "--audit-log", "audit.log").output())
                .contains("-De2e.kubeconfig=" + caller.resolve("config").toRealPath())
                .contains("-De2e.audit-log=" + caller.resolve("audit.log").toRealPath());
    }

    @Test
    void shouldTakeABaseImageFromWhereItWasCalled() throws Exception {
        script("mvn", "echo mvn \"$@\"; exit 1");

        assertThat(run("images", "--base=tar://base.tar").output())
                .contains("-Dimage.base=tar://" + caller.resolve("base.tar"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"help", "--help", "nonsense"})
    void shouldHelpWithoutAJdk(String command) throws Exception {
        assertThat(run(command).output()).contains("usage: ./run COMMAND");
        assertThat(folder.resolve("asked")).doesNotExist();
    }

    private Result run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("sh", run.toString()));
        command.addAll(List.of(arguments));
        Path output = folder.resolve("output");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(caller.toFile())
                .redirectOutput(output.toFile())
                .redirectError(folder.resolve("errors").toFile());
        builder.environment().put("JAVA_HOME", folder.resolve("jdk").toString());
        builder.environment().put("PATH", folder.resolve("jdk/bin") + ":" + System.getenv("PATH"));
        Process process = builder.start();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        String errors = Files.readString(folder.resolve("errors"));
        return new Result(
                process.pid(), Files.readString(output) + (errors.startsWith("unknown command") ? errors : ""));
    }

    private record Result(long pid, String output) {}
}
