package dev.injectionauditor.localstack.demo;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code ./run demo}. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = {
            "Starts PostgreSQL, Kafka, a simulated cluster, the webhook and the auditor; takes the webhook down while Pods"
                    + " are being created; brings it back; waits until everything is repaired; tells what happened.",
            ""
        })
public final class DemoMain implements Callable<Integer> {

    private static final int INTERRUPTED = 130;

    @Option(
            names = "--exit",
            description = "Stop everything at the end and print one line of JSON last. Without it, everything stays up"
                    + " until Ctrl-C.")
    boolean exit;

    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            description = "Use this cluster instead of the simulation. The demo makes the namespace"
                    + " injection-auditor-demo in it and a MutatingWebhookConfiguration of that name, and deletes both at"
                    + " the end.")
    @Nullable Path kubeconfig;

    @Option(
            names = "--webhook-host",
            paramLabel = "HOST",
            defaultValue = "127.0.0.1",
            description = "Where the API server of that cluster reaches this machine. Default: ${DEFAULT-VALUE}")
    String webhookHost = "127.0.0.1";

    @Option(
            names = "--services",
            paramLabel = "FOLDER",
            defaultValue = ".",
            description = "Where the built services are. Default: the current folder")
    Path services = Path.of(".");

    @Spec
    @Nullable CommandSpec spec;

    private DemoMain() {}

    /** Runs the demo. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new DemoMain())
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    command.getErr().println("The demo failed: " + failure.getMessage());
                    return command.getCommandSpec().exitCodeOnExecutionException();
                })
                .execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        if (kubeconfig != null && !Files.isReadable(kubeconfig)) {
            throw new ParameterException(spec.commandLine(), "--kubeconfig: is not a readable file: " + kubeconfig);
        }
        // At once, or the threads that start next to each other warn about it.
        LoggerFactory.getILoggerFactory();
        Console console = new Console(System.out);
        AtomicBoolean interrupted = new AtomicBoolean();
        Demo.Outcome outcome;
        try (Demo demo = new Demo(console, services, kubeconfig, webhookHost)) {
            Runnable stop = demo::close;
            Thread atInterrupt = new Thread(
                    () -> {
                        interrupted.set(true);
                        stop.run();
                    },
                    "demo-shutdown");
            Runtime.getRuntime().addShutdownHook(atInterrupt);
            outcome = demo.run();
            if (!exit) {
                console.say("Everything stays up. Ctrl-C stops it.");
                new CountDownLatch(1).await();
            }
            Runtime.getRuntime().removeShutdownHook(atInterrupt);
        } catch (Exception e) {
            if (interrupted.get()) {
                // What was stopped fails where it is; nobody needs to be told.
                return INTERRUPTED;
            }
            throw e;
        }
        console.say("Stopped.");
        console.print(outcome.json());
        return outcome.isRepaired() ? 0 : 1;
    }
}
