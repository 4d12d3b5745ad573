package dev.injectionauditor.e2e;

import io.fabric8.kubeapitest.KubeAPIServerConfigBuilder;
import io.fabric8.kubeapitest.KubeAPITestException;
import io.fabric8.kubeapitest.binary.BinaryManager;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Programs of a control plane on this machine.
 *
 * @param apiServer kube-apiserver
 * @param etcd etcd
 * @param controllerManager kube-controller-manager, which neither envtest nor kube-api-test brings along
 */
record Binaries(Path apiServer, Path etcd, Optional<Path> controllerManager) {

    /** What was looked at, and what was found there, if anything was. */
    record Search(Optional<Binaries> found, String report) {}

    /** Looks in {@code KUBEBUILDER_ASSETS}, then in the folder of kube-api-test, which may download them into it. */
    static Search find(Map<String, String> environment, boolean download) {
        List<String> report = new ArrayList<>();
        String assets = environment.get("KUBEBUILDER_ASSETS");
        if (assets == null || assets.isBlank()) {
            report.add("KUBEBUILDER_ASSETS is not set");
        } else {
            Optional<Binaries> found = in(Path.of(assets));
            if (found.isPresent()) {
                return new Search(found, "in KUBEBUILDER_ASSETS");
            }
            report.add("no kube-apiserver and etcd in KUBEBUILDER_ASSETS (" + assets + ")");
        }
        try {
            BinaryManager manager = new BinaryManager(KubeAPIServerConfigBuilder.anAPIServerConfig()
                    .withOfflineMode(!download)
                    .build());
            manager.initAndDownloadIfRequired();
            Path folder = manager.binaries().getApiServer().toPath().getParent();
            return new Search(in(folder), "in the folder of kube-api-test");
        } catch (KubeAPITestException e) {
            report.add("none in the folder of kube-api-test (" + e.getMessage() + ")");
            return new Search(Optional.empty(), String.join("; ", report));
        }
    }

    private static Optional<Binaries> in(Path folder) {
        Path apiServer = folder.resolve("kube-apiserver");
        Path etcd = folder.resolve("etcd");
        if (!Files.isExecutable(apiServer) || !Files.isExecutable(etcd)) {
            return Optional.empty();
        }
        return Optional.of(new Binaries(
                apiServer,
                etcd,
                Optional.of(folder.resolve("kube-controller-manager")).filter(Files::isExecutable)));
    }
}
