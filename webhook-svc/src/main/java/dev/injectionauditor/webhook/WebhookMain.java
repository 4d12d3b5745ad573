package dev.injectionauditor.webhook;

import dev.injectionauditor.service.ServiceCommand;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Runs the webhook service until the process is told to stop. */
@Command(
        name = "webhook",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Injects KUBERNETES_SERVICE_HOST into the containers of new Pods, stamps each Pod, and tells Kafka of"
                        + " every admission.")
public final class WebhookMain implements Callable<Integer> {

    private final Map<String, String> environment;

    @Mixin
    private final WebhookOptions options = new WebhookOptions();

    WebhookMain(Map<String, String> environment) {
        this.environment = environment;
    }

    /** Starts the service; exit code 2 for bad settings, 1 if it cannot start. */
    public static void main(String[] arguments) {
        Map<String, String> environment = System.getenv();
        System.exit(ServiceCommand.run(new WebhookMain(environment), environment, arguments));
    }

    @Override
    public Integer call() throws IOException, GeneralSecurityException, InterruptedException {
        WebhookService service = WebhookService.start(options.read(environment), InstantSource.system());
        Runtime.getRuntime()
                .addShutdownHook(Thread.ofPlatform().name("shutdown").unstarted(service::close));
        new CountDownLatch(1).await();
        return 0;
    }
}
